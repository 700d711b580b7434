//! The rows of kinds.

use crate::schema::Kind;

/// The level of a kind: what its records become in the entity graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The logical thing that identity finds behind its members.
    Component,
    /// A component in one environment, region, account, tenant, namespace.
    Instance,
    /// A record that makes up a component and stays visible as its member.
    Member,
    /// A thing of its own: one record or several that are explicitly the same.
    Thing,
    /// No entity: a record that joins or measures others (a configuration, an ownership rule, a charge, traffic).
    Support,
}

/// One kind of entity or record.
#[derive(Clone, Debug)]
pub struct KindRow {
    /// The name, in the field's vocabulary.
    pub name: Kind,
    /// What its records become.
    pub level: Level,
    /// One sentence for people.
    pub doc: &'static str,
    /// The questions that read it.
    pub read_by: &'static [&'static str],
}

/// The names of the kinds that ship with the crate.
pub mod kind {
    use crate::schema::Kind;

    macro_rules! kinds {
        ($($constant:ident $name:ident $level:ident $read_by:tt $doc:literal)*) => {
            $(#[doc = $doc] pub const $constant: Kind = Kind::of(stringify!($name));)*

            pub(in crate::schema) fn rows() -> Vec<super::KindRow> {
                vec![$(super::KindRow {
                    name: $constant,
                    level: super::Level::$level,
                    doc: $doc,
                    read_by: &$read_by,
                }),*]
            }
        };
    }

    kinds! {
        DOMAIN Domain Thing ["describe", "neighbours"] "A part of the business with a language of its own."
        SYSTEM System Thing ["describe", "neighbours"] "Components that people name together."
        COMPONENT Component Component ["describe", "find", "blast_radius", "cost", "owners", "decisions", "drift"] "The logical service, website, job, function or library."
        INSTANCE Instance Instance ["describe", "blast_radius", "cost", "scenario"] "A component in one environment, region, account, tenant and namespace, as far as known."
        API Api Thing ["describe", "neighbours"] "A contract that components provide and consume."
        WORKLOAD Workload Member ["describe", "find", "neighbours"] "What a platform runs: a Deployment, a StatefulSet, a Job, a Compose service."
        SERVICE_NAME TelemetryService Member ["describe", "drift", "scenario"] "A service as its telemetry names itself (`service.name`)."
        LOAD_BALANCER LoadBalancer Thing ["describe", "blast_radius"] "What spreads requests over instances: a Kubernetes Service or Ingress, a cloud load balancer."
        NODE Node Thing ["describe", "blast_radius"] "A machine that runs workloads."
        CLUSTER Cluster Thing ["describe", "blast_radius"] "A set of nodes under one control plane."
        NAMESPACE Namespace Thing ["describe", "neighbours"] "A part of a cluster with names of its own."
        ENVIRONMENT Environment Thing ["describe", "blast_radius"] "Production, staging, a developer's laptop."
        ZONE Zone Thing ["describe", "blast_radius"] "A failure domain within a region."
        REGION Region Thing ["describe", "blast_radius"] "A place where a cloud sells resources."
        CLOUD_ACCOUNT CloudAccount Thing ["describe", "blast_radius", "cost"] "An account, subscription or project of a cloud."
        DATA_STORE DataStore Thing ["describe", "blast_radius", "cost"] "A database."
        CACHE Cache Thing ["describe", "blast_radius", "cost"] "A store whose loss costs time, not data."
        BUCKET Bucket Thing ["describe", "blast_radius", "cost"] "An object store's container."
        QUEUE Queue Thing ["describe", "blast_radius", "cost"] "A message broker, queue, topic or stream."
        DNS_ZONE DnsZone Thing ["describe", "blast_radius"] "Names that resolve to addresses."
        CERTIFICATE Certificate Thing ["describe", "blast_radius"] "A key with a name and an end."
        KEY_STORE KeyStore Thing ["describe", "blast_radius"] "What keeps keys or secrets."
        IDENTITY_PROVIDER IdentityProvider Thing ["describe", "blast_radius"] "What says who somebody is."
        RESOURCE Resource Thing ["describe", "cost", "neighbours"] "Any other resource that infrastructure code or a bill names."
        REPOSITORY Repository Member ["describe", "owners"] "A Git repository, or a component's folder in one."
        IMAGE Image Member ["describe", "neighbours"] "A container image, without tag."
        PACKAGE Package Member ["describe", "neighbours"] "A library or program as a package manager names it."
        PIPELINE Pipeline Thing ["describe", "neighbours"] "What builds, tests or releases: a workflow of a delivery system."
        TEAM Team Thing ["describe", "owners"] "People who answer for something together."
        PERSON Person Thing ["describe", "owners"] "Somebody, as an opaque handle."
        VENDOR Vendor Thing ["describe", "blast_radius"] "A company outside that something is bought from."
        COST_CENTER CostCenter Thing ["describe", "cost"] "Where a charge is booked."
        DECISION Decision Thing ["describe", "decisions"] "An architecture decision record."
        DOCUMENT Document Thing ["describe", "decisions"] "A page that people wrote."
        CONFIGURATION Configuration Support ["blast_radius", "describe"] "A file or object that configures workloads: it names peers for whoever reads it."
        ACTIVITY Activity Support ["describe"] "What version control says of one folder: how often it changed, when last, by how many."
        OWNERSHIP_RULE OwnershipRule Support ["owners"] "A pattern of paths and who owns what matches."
        CHARGE Charge Support ["cost"] "A line of a bill, with FOCUS column names."
        PREDICTION Prediction Support ["predictions"] "What a comparison predicted, as the twin keeps it until reality is there."
        TRAFFIC Traffic Support ["scenario", "call_templates", "drift", "describe"] "Requests of one operation in one window, as telemetry counted them."
    }
}

pub(super) use kind::rows;
