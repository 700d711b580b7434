//! Workloads: whatever has a template of pods.

use twin_connector_base::document::Node;
use twin_connector_base::labels;
use twin_core::observe::{Evidence, Handle, Perspective, Record, RecordKey, Space, Statement, Target, technique};
use twin_core::schema::{Value, attribute, kind, relation};

use crate::manifest::container;
use crate::manifest::file::Findings;
use crate::manifest::payload::{Object, Workload};
use crate::manifest::reference;

/// Pods of a StatefulSet have names of their own; so many of them are told at most.
const MOST_PODS: i64 = 16;

/// The template of an object's pods: what holds `metadata` and `spec` of a pod.
pub(super) fn template<'a>(object: &Object<'a>) -> Option<&'a Node> {
    if (object.group(), object.kind) == ("", "Pod") {
        return Some(object.node);
    }
    let paths = [&["spec", "template"][..], &["spec", "jobTemplate", "spec", "template"], &["template"]];
    let templates = paths.into_iter().filter_map(|path| object.node.at(path));
    let is_known = matches!(
        object.kind,
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" | "CronJob"
    );
    templates.into_iter().find(|template| is_known || template.at(&["spec", "containers"]).is_some())
}

pub(super) fn describe(object: &Object<'_>, template: &Node, findings: &mut Findings) {
    let workload = object.workload();
    let mut record = begin(object, &workload);
    networks(object, &mut record);
    native_id(object, &workload, &mut record);
    in_namespace(object, &mut record, findings);
    selectable_labels(object, template, &mut record, findings);
    apply_labels(object, object.node, &mut record, findings);
    if !std::ptr::eq(template, object.node) {
        apply_labels(object, template, &mut record, findings);
    }
    scale(object, &mut record);
    hosts(object, &mut record);
    container::describe_all(object, template, &workload, &mut record, findings);
    reference::volumes(object, template, &mut record, findings);
    findings.records.push(record);
}

/// A pod or replica set that a controller made says something about that controller's workload, but not what kind it is.
fn begin(object: &Object<'_>, workload: &Workload<'_>) -> Record {
    let key = workload.key(object);
    match workload.owner {
        Some(owner) => {
            let evidence = object.file.evidence(owner, technique::EXPLICIT_REFERENCE);
            Record::new(key, workload.name, Perspective::Declared, evidence)
        }
        None => object.record(key, workload.name),
    }
}

/// The networks in which it looks names up.
pub(super) fn networks(object: &Object<'_>, record: &mut Record) {
    let networks = [object.network(), object.cluster_network()];
    for (network, rank) in networks.into_iter().zip(0..) {
        record.say(Statement::Joins { network, rank }, object.placed());
    }
}

/// The id by which telemetry names what it comes from: `k8s.namespace.name` with `k8s.deployment.name` and its like. A job may
/// share a service's name, so its kind is part of its id.
fn native_id(object: &Object<'_>, workload: &Workload<'_>, record: &mut Record) {
    let Some(namespace) = object.namespace_name() else { return };
    let name = match workload.kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => workload.name.to_owned(),
        kind => format!("{}/{}", kind.to_lowercase(), workload.name),
    };
    let handle = Handle::global(Space::NativeId, format!("k8s:{namespace}/{name}"));
    let evidence =
        workload.owner.map_or_else(|| object.named(), |owner| object.file.evidence(owner, technique::DECLARED));
    record.known_as(handle, evidence);
}

fn in_namespace(object: &Object<'_>, record: &mut Record, findings: &mut Findings) {
    let Some(name) = object.namespace_name() else { return };
    let key = RecordKey::new(object.file.source, kind::NAMESPACE, name);
    record.relate(relation::IN_NAMESPACE, Target::Record(key.clone()), object.placed());
    findings.beside(Record::new(key, name, Perspective::Declared, object.placed()));
}

/// The labels that selectors see are those of the pods.
fn selectable_labels(object: &Object<'_>, template: &Node, record: &mut Record, findings: &mut Findings) {
    let Some(metadata) = template.get("metadata") else { return };
    for (key, value) in findings.mapping(object.file, metadata, "labels") {
        if let (Some(key), Some(text)) = (key.as_str(), value.as_str()) {
            let statement = Statement::Labelled { key: key.to_owned(), value: text.to_owned() };
            record.say(statement, object.file.evidence(value, technique::DECLARED));
        }
    }
}

/// What labels and annotations say by convention.
pub(super) fn apply_labels(object: &Object<'_>, node: &Node, record: &mut Record, findings: &mut Findings) {
    let Some(metadata) = node.get("metadata") else { return };
    for field in ["labels", "annotations"] {
        for (key, value) in findings.mapping(object.file, metadata, field) {
            let (Some(key), Some(text)) = (key.as_str(), value.as_str()) else { continue };
            let evidence = object.file.evidence(value, technique::TAG).in_field(key);
            if let Some(named) = labels::apply(record, key, text, &evidence) {
                findings.beside(named);
            }
        }
    }
}

fn scale(object: &Object<'_>, record: &mut Record) {
    let Some(spec) = object.spec() else { return };
    if let Some((node, replicas)) = spec.get("replicas").and_then(|node| Some((node, node.as_integer()?))) {
        record.attribute(attribute::REPLICAS, replicas, object.file.evidence(node, technique::DECLARED));
    }
    if let Some((node, true)) = spec.get("suspend").and_then(|node| Some((node, node.as_bool()?))) {
        record.attribute(attribute::SUSPENDED, Value::Flag(true), object.file.evidence(node, technique::DECLARED));
    }
}

/// The host names that a workload has without a Service of its own manifest: pods of a StatefulSet, Knative services.
fn hosts(object: &Object<'_>, record: &mut Record) {
    if object.group() == "serving.knative.dev" {
        return answer(object, object.name, object.named(), record);
    }
    let Some(spec) = object.spec().filter(|_| object.kind == "StatefulSet") else { return };
    let Some(service) = spec.get("serviceName").filter(|service| service.as_str().is_some()) else { return };
    let replicas = spec.get("replicas").and_then(Node::as_integer).unwrap_or(1).clamp(0, MOST_PODS);
    for pod in 0..replicas {
        let host = format!("{}-{pod}.{}", object.name, service.as_str().unwrap_or_default());
        answer(object, &host, object.file.evidence(service, technique::DECLARED), record);
    }
}

/// Answers to a host name as a Service does: by its short name within the namespace, by its longer ones within the cluster.
pub(super) fn answer(object: &Object<'_>, host: &str, evidence: Evidence, record: &mut Record) {
    let host = host.to_lowercase();
    record.known_as(Handle::within(Space::Host, host.clone(), object.network()), evidence.clone());
    let Some(namespace) = object.namespace_name() else { return };
    for suffix in ["", ".svc", ".svc.cluster.local"] {
        let name = format!("{host}.{namespace}{suffix}");
        record.known_as(Handle::within(Space::Host, name, object.cluster_network()), evidence.clone());
    }
}
