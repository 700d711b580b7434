//! Manifests: what becomes of objects of all kinds.

use proptest::prelude::*;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Limits;
use twin_core::observe::{Locator, Observation, Outcome, Record, SourceId, Statement, Target};

use super::Kubernetes;

fn decode(text: &str) -> Decoded {
    let origin = Origin { source: SourceId("shop".to_owned()), limits: Limits::default() };
    let payload = Payload { path: "a.yaml", bytes: Ok(text.as_bytes()) };
    Kubernetes.decode(&[payload], &origin).remove(0)
}

fn statement(statement: &Statement) -> String {
    match statement {
        Statement::Exists { name } => format!("exists {name}"),
        Statement::Attribute { name, value } => format!("{name} {value}"),
        Statement::KnownAs(handle) => format!("known {handle} {}", handle.within),
        Statement::Joins { network, rank } => format!("joins {network} {rank}"),
        Statement::Labelled { key, value } => format!("label {key}={value}"),
        Statement::Related { relation, target, attributes, .. } => {
            let target = match target {
                Target::Record(key) => key.to_string(),
                Target::Handle(handle) => format!("{handle} {}", handle.within),
                Target::Selector { within, labels } => format!("{within} {labels:?}"),
            };
            let more: String = attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{relation} {}{more}", target.trim())
        }
    }
}

/// `line "raw"` of each step, from use to origin.
fn evidence(said: &Observation) -> String {
    let step = |locator: &Locator, raw: &str| match locator {
        Locator::Line { line, .. } => format!("{line} {raw}"),
        other => format!("{other} {raw}"),
    };
    let steps: Vec<String> = said.evidence.chain.iter().map(|at| step(&at.locator, &at.raw)).collect();
    steps.join(" > ")
}

fn lines(record: &Record) -> Vec<String> {
    let said = record.observations.iter();
    said.map(|said| format!("{} | {} @ {}", record.key, statement(&said.statement), evidence(said))).collect()
}

/// All that is said whose line contains one of the words, and all of it stands where its evidence says.
fn check(text: &str, words: &[&str], expected: &[&str]) -> Decoded {
    let decoded = decode(text);
    let source: Vec<&str> = text.lines().collect();
    for step in decoded.records.iter().flat_map(|record| &record.observations).flat_map(|said| &said.evidence.chain) {
        let Locator::Line { line, .. } = step.locator else { panic!("{}", step.locator) };
        assert!(source[line as usize - 1].contains(&step.raw), "{}: {}", step.locator, step.raw);
    }
    let said: Vec<String> = decoded.records.iter().flat_map(lines).collect();
    let said: Vec<&String> = said.iter().filter(|line| words.iter().any(|word| line.contains(word))).collect();
    assert_eq!(said, expected, "{text}");
    decoded
}

/// Codes and lines of what could not be taken, how many objects came in, and whether the file counts as read.
fn check_diagnostics(text: &str, expected: &[&str], incoming: u64, is_complete: bool) {
    let decoded = decode(text);
    let found: Vec<String> = decoded
        .diagnostics
        .iter()
        .map(|found| format!("{:?} {} {}", found.severity, found.code, found.locator))
        .collect();
    assert_eq!(found, expected, "{text}");
    let kept: u64 = decoded.records.iter().map(|record| record.stands_for).sum();
    let rejected: u64 = decoded.diagnostics.iter().map(|found| found.records).sum();
    assert_eq!((kept + rejected, decoded.outcome == Outcome::Complete), (incoming, is_complete), "{text}");
}

const ORDERS: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
  namespace: shop
  labels: {team: checkout, app.kubernetes.io/part-of: store}
spec:
  replicas: 2
  template:
    metadata:
      labels:
        app: orders
    spec:
      initContainers:
        - {name: wait, image: "busybox:1.36", args: ["-c", "wait-for orders-db:5432"]}
      containers:
        - name: orders
          image: ghcr.io/example/orders:1.4.2
          args: ["--inventory=http://inventory:8080", "--requirepass", "canary:6379"]
          env:
            - name: PAYMENT_HOST
              value: payment
            - name: PAYMENT_URL
              value: "http://$(PAYMENT_HOST):9000/v1"
            - name: DATABASE_URL
              value: postgres://orders:canary@orders-db:5432/orders
            - name: OTEL_SERVICE_NAME
              valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}
            - name: OTEL_RESOURCE_ATTRIBUTES
              value: service.name=$(OTEL_SERVICE_NAME),service.version=1.4,deployment.environment.name=prod
            - name: CACHE
              valueFrom: {configMapKeyRef: {name: orders-config, key: cache}}
            - name: PASSWORD
              value: canary
          envFrom:
            - secretRef: {name: orders-secret}
          volumeMounts:
            - {name: files, mountPath: /etc/app.yaml, subPath: app.yaml}
      volumes:
        - {name: files, configMap: {name: orders-files}}
        - {name: unused, configMap: {name: unused}}
"#;

#[test]
fn a_workload_says_what_it_runs_and_reads() {
    let decoded = check(
        ORDERS,
        &["connectsTo"],
        &[
            "shop/shop/Workload:orders | connectsTo host:payment @ 22 payment",
            "shop/shop/Workload:orders | connectsTo host:payment port=9000 protocol=http @ 24 $(PAYMENT_HOST) > 22 payment",
            "shop/shop/Workload:orders | connectsTo host:orders-db db.namespace=orders port=5432 protocol=postgresql @ 26 orders-db:5432",
            "shop/shop/Workload:orders | connectsTo host:inventory port=8080 protocol=http @ 19 inventory:8080",
            "shop/shop/Workload:orders | connectsTo host:orders-db port=5432 @ 15 orders-db:5432",
        ],
    );
    assert_eq!((decoded.outcome, decoded.diagnostics.len()), (Outcome::Complete, 0));
    check(
        ORDERS,
        &["configuredBy"],
        &[
            "shop/shop/Workload:orders | configuredBy configuration_name:Secret/orders-secret k8s/shop//shop @ 36 orders-secret",
            "shop/shop/Workload:orders | configuredBy configuration_name:ConfigMap/orders-config#cache k8s/shop//shop @ 32 orders-config",
            "shop/shop/Workload:orders | configuredBy configuration_name:ConfigMap/orders-files#app.yaml k8s/shop//shop @ 40 orders-files",
        ],
    );
    check(
        ORDERS,
        &["Workload:orders | exists", "joins", "label ", "service_name", "service.version", "environment", "replicas"],
        &[
            "shop/shop/Workload:orders | exists orders @ 4 orders",
            "shop/shop/Workload:orders | joins k8s/shop//shop 0 @ 5 shop",
            "shop/shop/Workload:orders | joins k8s/shop/ 1 @ 5 shop",
            "shop/shop/Workload:orders | label app=orders @ 12 orders",
            "shop/shop/Workload:orders | replicas 2 @ 8 2",
            "shop/shop/Workload:orders | known service_name:orders  @ 28 metadata.labels['app'] > 12 orders",
            "shop/shop/Workload:orders | service.version 1.4 @ 30 1.4",
            "shop/shop/Workload:orders | deployment.environment.name prod @ 30 prod",
        ],
    );
    check(
        ORDERS,
        &["runsImage", "image.tag", "ownedBy", "partOf", "inNamespace"],
        &[
            "shop/shop/Workload:orders | inNamespace shop/Namespace:shop @ 5 shop",
            "shop/shop/Workload:orders | ownedBy team:checkout @ 6 checkout",
            "shop/shop/Workload:orders | partOf shop/System:store @ 6 store",
            "shop/shop/Workload:orders | runsImage image:ghcr.io/example/orders @ 18 ghcr.io/example/orders:1.4.2",
            "shop/shop/Workload:orders | image.tag 1.4.2 @ 18 ghcr.io/example/orders:1.4.2",
            "shop/shop/Workload:orders | runsImage image:docker.io/library/busybox condition=init container @ 15 busybox:1.36",
        ],
    );
}

#[test]
fn no_secret_leaves() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: Y2FuYXJ5}\nstringData:\n  url: redis://:canary@cache:6379\n  token: canary\n  app.yaml: |\n    password: canary\n";
    let broken = "apiVersion: v1\nkind: Secret\nmetadata: {name: [canary]}\n---\nkind: canary\n---\na: @canary\n";
    for text in [ORDERS, secret, broken] {
        let decoded = format!("{:?}", decode(text));
        assert!(!decoded.contains("canary") && !decoded.contains("Y2FuYXJ5"), "{decoded}");
    }
    check(
        secret,
        &["connectsTo"],
        &["shop/Configuration:Secret/s#url | connectsTo host:cache port=6379 protocol=redis @ 6 cache:6379"],
    );
}

#[test]
fn kinds_of_one_name_stay_apart_and_owned_pods_join_their_owner() {
    let text = r#"apiVersion: v1
kind: List
items:
  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {template: {spec: {containers: []}}}}
  - {apiVersion: batch/v1, kind: CronJob, metadata: {name: api}, spec: {suspend: true, jobTemplate: {spec: {template: {spec: {containers: []}}}}}}
  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: b}, spec: {template: {spec: {containers: []}}}}
  - {apiVersion: apps/v1beta2, kind: StatefulSet, metadata: {name: db, namespace: b}, spec: {serviceName: dbs, replicas: 2, template: {spec: {containers: []}}}}
  - apiVersion: v1
    kind: Pod
    metadata:
      name: api-5c9-x
      labels: {pod-template-hash: 5c9}
      ownerReferences: [{kind: ReplicaSet, name: api-5c9, controller: true}]
    spec: {containers: []}
  - {apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}, spec: {template: {spec: {containers: []}}}}
  - {apiVersion: v1, kind: Pod, metadata: {generateName: once-}, spec: {containers: []}}
"#;
    let decoded = check(
        text,
        &["exists", "suspended"],
        &[
            "shop/Workload:api | exists api @ 4 api",
            "shop/Workload:CronJob/api | exists api @ 5 api",
            "shop/Workload:CronJob/api | suspended true @ 5 true",
            "shop/Namespace:b | exists b @ 6 b",
            "shop/b/Workload:api | exists api @ 6 api",
            "shop/b/Workload:StatefulSet/db | exists db @ 7 db",
            "shop/Workload:api | exists api @ 13 api-5c9",
            "shop/Workload:Rollout/web | exists web @ 15 web",
            "shop/Workload:Pod/once | exists once @ 16 once-",
        ],
    );
    assert_eq!(decoded.records.iter().map(|record| record.stands_for).sum::<u64>(), 7);
    check(
        text,
        &["known host"],
        &[
            "shop/b/Workload:StatefulSet/db | known host:db-0.dbs k8s/shop//b @ 7 dbs",
            "shop/b/Workload:StatefulSet/db | known host:db-0.dbs.b k8s/shop/ @ 7 dbs",
            "shop/b/Workload:StatefulSet/db | known host:db-0.dbs.b.svc k8s/shop/ @ 7 dbs",
            "shop/b/Workload:StatefulSet/db | known host:db-0.dbs.b.svc.cluster.local k8s/shop/ @ 7 dbs",
            "shop/b/Workload:StatefulSet/db | known host:db-1.dbs k8s/shop//b @ 7 dbs",
            "shop/b/Workload:StatefulSet/db | known host:db-1.dbs.b k8s/shop/ @ 7 dbs",
            "shop/b/Workload:StatefulSet/db | known host:db-1.dbs.b.svc k8s/shop/ @ 7 dbs",
            "shop/b/Workload:StatefulSet/db | known host:db-1.dbs.b.svc.cluster.local k8s/shop/ @ 7 dbs",
        ],
    );
}

const ROUTES: &str = r#"apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web, tier: front}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: legacy}
spec: {type: ExternalName, externalName: legacy.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: bare}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  rules:
    - host: shop.example.com
      http: {paths: [{backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: old}
spec: {backend: {serviceName: web, servicePort: 80}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec: {hostnames: [www.example.com], rules: [{backendRefs: [{name: web, namespace: shop, port: 80}]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {hosts: [web], http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]}
"#;

#[test]
fn services_and_rules_route() {
    check(
        ROUTES,
        &["routesTo"],
        &[
            "shop/shop/LoadBalancer:web | routesTo k8s/shop//shop {\"app\": \"web\", \"tier\": \"front\"} @ 4 web",
            "shop/LoadBalancer:legacy | routesTo host:legacy.example.com @ 9 legacy.example.com",
            "shop/shop/LoadBalancer:Ingress/web | routesTo host:web k8s/shop//shop port=80 @ 21 web",
            "shop/LoadBalancer:Ingress/old | routesTo host:web k8s/shop// port=80 @ 26 web",
            "shop/LoadBalancer:HTTPRoute/web | routesTo host:web k8s/shop//shop port=80 @ 31 web",
            "shop/shop/LoadBalancer:VirtualService/web | routesTo host:web.shop.svc.cluster.local k8s/shop/ @ 36 web.shop.svc.cluster.local",
        ],
    );
    check(
        ROUTES,
        &["known host"],
        &[
            "shop/shop/LoadBalancer:web | known host:web k8s/shop//shop @ 3 web",
            "shop/shop/LoadBalancer:web | known host:web.shop k8s/shop/ @ 3 web",
            "shop/shop/LoadBalancer:web | known host:web.shop.svc k8s/shop/ @ 3 web",
            "shop/shop/LoadBalancer:web | known host:web.shop.svc.cluster.local k8s/shop/ @ 3 web",
            "shop/LoadBalancer:legacy | known host:legacy k8s/shop// @ 8 legacy",
            "shop/LoadBalancer:bare | known host:bare k8s/shop// @ 13 bare",
            "shop/shop/LoadBalancer:Ingress/web | known host:shop.example.com  @ 20 shop.example.com",
            "shop/LoadBalancer:HTTPRoute/web | known host:www.example.com  @ 31 www.example.com",
        ],
    );
}

#[test]
fn each_key_of_a_config_map_is_a_configuration() {
    let text = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  PAYMENT_ADDR: payment:8080
  COLOUR: blue
  application.yaml: |
    spring:
      datasource:
        url: jdbc:postgresql://orders-db:5432/orders
  relay: |
    exporters:
      otlp: {endpoint: "collector:4317"}
"#;
    check(
        text,
        &["connectsTo", "known"],
        &[
            "shop/Configuration:ConfigMap/settings | known configuration_name:ConfigMap/settings k8s/shop// @ 4 settings",
            "shop/Configuration:ConfigMap/settings#PAYMENT_ADDR | known configuration_name:ConfigMap/settings#PAYMENT_ADDR k8s/shop// @ 6 PAYMENT_ADDR",
            "shop/Configuration:ConfigMap/settings#PAYMENT_ADDR | known configuration_name:ConfigMap/settings k8s/shop// @ 6 PAYMENT_ADDR",
            "shop/Configuration:ConfigMap/settings#PAYMENT_ADDR | connectsTo host:payment port=8080 @ 6 payment:8080",
            "shop/Configuration:ConfigMap/settings#COLOUR | known configuration_name:ConfigMap/settings#COLOUR k8s/shop// @ 7 COLOUR",
            "shop/Configuration:ConfigMap/settings#COLOUR | known configuration_name:ConfigMap/settings k8s/shop// @ 7 COLOUR",
            "shop/Configuration:ConfigMap/settings#application.yaml | known configuration_name:ConfigMap/settings#application.yaml k8s/shop// @ 8 application.yaml",
            "shop/Configuration:ConfigMap/settings#application.yaml | known configuration_name:ConfigMap/settings k8s/shop// @ 8 application.yaml",
            "shop/Configuration:ConfigMap/settings#application.yaml | connectsTo host:orders-db db.namespace=orders port=5432 protocol=postgresql @ 11 orders-db:5432",
            "shop/Configuration:ConfigMap/settings#relay | known configuration_name:ConfigMap/settings#relay k8s/shop// @ 12 relay",
            "shop/Configuration:ConfigMap/settings#relay | known configuration_name:ConfigMap/settings k8s/shop// @ 12 relay",
            "shop/Configuration:ConfigMap/settings#relay | connectsTo host:collector port=4317 @ 14 collector:4317",
        ],
    );
    check_diagnostics(text, &[], 1, true);
}

#[test]
fn bad_input_is_counted_and_located() {
    let object = |name: &str| format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}}}\n");
    let broken = format!("{}---\na: [\n---\n# nothing\n---\n{}", object("a"), object("b"));
    check_diagnostics(&broken, &["Rejected syntax a.yaml:5"], 3, false);
    check_diagnostics("", &["Rejected not-recognised a.yaml:0"], 1, false);
    check_diagnostics("a: 1\n", &["Rejected not-recognised a.yaml:1"], 1, false);
    check_diagnostics("apiVersion: v1\nkind: List\nitems: []\n", &[], 0, true);
    check_diagnostics("apiVersion: v1\nkind: PodList\nitems:\n- 7\n", &["Rejected not-recognised a.yaml:4"], 1, false);
    check_diagnostics("apiVersion: v1\nkind: Pod\nmetadata: 3\n", &["Rejected shape a.yaml:1"], 1, false);
    check_diagnostics("apiVersion: v1\nkind: Pod\nmetadata:\n  name: [x]\n", &["Rejected shape a.yaml:4"], 1, false);
    check_diagnostics(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ .Values.name }}'}\n",
        &["Rejected unsupported a.yaml:3"],
        1,
        false,
    );
    check_diagnostics(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
        &["Rejected unsupported a.yaml:4"],
        1,
        false,
    );
    check_diagnostics(
        "{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n",
        &["Rejected unsupported a.yaml:1"],
        1,
        false,
    );
    let mistyped =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - env: x\n      image: 'a b'\n";
    check_diagnostics(mistyped, &["Warning shape a.yaml:7", "Warning shape a.yaml:6"], 1, true);
    let kustomization =
        format!("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n---\n{}", object("a"));
    check_diagnostics(&kustomization, &["Rejected not-recognised a.yaml:1"], 2, false);
    let refused = Kubernetes.decode(
        &[Payload { path: "b.yaml", bytes: Err("permission denied") }],
        &Origin { source: SourceId("shop".to_owned()), limits: Limits::default() },
    );
    assert_eq!(refused[0].diagnostics[0].code, "unreadable");
}

#[test]
fn a_list_in_one_line_is_read_in_bounded_time() {
    let pod = |number: usize| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"pod-{number}","namespace":"shop"}},"spec":{{"containers":[{{"image":"api:{number}","env":[{{"name":"PEER","value":"http://peer-{number}:80"}}]}}]}}}}"#
        )
    };
    let pods: Vec<String> = (0..300).map(pod).collect();
    let text = format!(r#"{{"apiVersion":"v1","items":[{}],"kind":"List"}}"#, pods.join(","));
    let connects = ["Workload:Pod/pod-299 | connectsTo"];
    let expected = "shop/shop/Workload:Pod/pod-299 | connectsTo host:peer-299 port=80 protocol=http @ 1 peer-299:80";
    let decoded = check(&text, &connects, &[expected]);
    assert_eq!(decoded.records.iter().map(|record| record.stands_for).sum::<u64>(), 300);
    let said = decoded.records.iter().flat_map(|record| &record.observations);
    assert!(said.flat_map(|said| &said.evidence.chain).all(|step| !step.raw.is_empty()));
}

#[test]
fn files_are_recognised_by_what_they_say() {
    let cases = [
        ("a.yaml", "apiVersion: v1\nkind: Pod\n", true),
        ("a", "# note\n---\nkind: Pod\napiVersion: v1\n", true),
        ("a.json", "{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}", true),
        ("a.json", "{\"apiVersion\": \"v1\", \"items\": [{\"kind\": \"Pod\"", true),
        ("a.json", "{\"resources\": [{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}]}", false),
        ("a.json", "{\"a\": \"{\\\"apiVersion\\\": \\\"v1\\\", \\\"kind\\\": 1}\"}", false),
        ("README.md", "apiVersion: v1\nkind: Pod\n", false),
        ("kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\n", false),
        (
            "kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\nconfigMapGenerator:\n",
            true,
        ),
        ("skaffold.yaml", "apiVersion: skaffold/v4beta1\nkind: Config\n", false),
        ("config.yaml", "apiVersion: v1\nkind: Config\nusers: []\n", false),
        ("Chart.yaml", "apiVersion: v2\nname: shop\n", false),
        ("compose.yaml", "services: {}\n", false),
    ];
    for (path, text, expected) in cases {
        let recognised = Kubernetes.recognises(path, text.as_bytes()) == Recognition::ByContent;
        assert_eq!(recognised, expected, "{path}: {text}");
    }
}

proptest! {
    #[test]
    fn mutated_manifests_never_panic(at in 0..ORDERS.len(), length in 0..40_usize, inserted in "[-:{}\\[\\]$()\"' \n\tа-я]{0,6}") {
        let mut bytes = ORDERS.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, inserted.bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Kubernetes.recognises("a.yaml", text.as_bytes());
        let decoded = decode(&text);
        let source: Vec<&str> = text.lines().collect();
        for step in decoded.records.iter().flat_map(|record| &record.observations).flat_map(|said| &said.evidence.chain) {
            let Locator::Line { line, .. } = step.locator else { panic!("{}", step.locator) };
            prop_assert!(source.get(line as usize - 1).is_some_and(|line| line.contains(&step.raw)));
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        Kubernetes.recognises("a", &bytes);
        let origin = Origin { source: SourceId(String::new()), limits: Limits::default() };
        Kubernetes.decode(&[Payload { path: "a", bytes: Ok(&bytes) }], &origin);
    }
}
