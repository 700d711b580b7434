//! The edges that are found in small made-up estates, each for one way in which peers are named, and in real ones where they are at hand.

#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use benches::edges::{FoundEdge, edges, table};
use twin_core::base::Timestamp;

/// Writes an estate and returns its edges as `from>to`, each checked for its evidence.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().expect("a folder of its own");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    let (found, counts) = edges(root.path(), Timestamp::MIN).expect("the folder can be scanned");
    assert_eq!(counts.edges, found.len());
    found.iter().for_each(|edge| check_evidence(root.path(), edge));
    found.iter().map(|edge| format!("{}>{}", edge.from, edge.to)).collect()
}

/// `path:line technique confidence`, and that line is there.
fn check_evidence(root: &Path, edge: &FoundEdge) {
    assert!(!edge.evidence.is_empty(), "{edge:?}");
    for evidence in &edge.evidence {
        let words: Vec<&str> = evidence.split(' ').collect();
        let [place, technique, confidence] = words[..] else { panic!("{evidence}") };
        let (path, line) = place.rsplit_once(':').expect("path:line");
        let text = fs::read_to_string(root.join(path)).expect("the file is there");
        let line: usize = line.parse().expect("a line");
        assert!((1..=text.lines().count()).contains(&line), "{evidence}");
        assert!(!technique.is_empty(), "{evidence}");
        let confidence: f64 = confidence.parse().expect("a number");
        assert!((0.5..=1.0).contains(&confidence), "{evidence}");
    }
}

#[test]
fn a_map_of_variables_names_peers_for_whoever_takes_it_whole() {
    let manifests = "apiVersion: v1
kind: ConfigMap
metadata: {name: addresses}
data: {LEDGER_ADDR: 'books:8080'}
---
apiVersion: v1
kind: Service
metadata: {name: books}
spec: {selector: {app: ledger}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ledger}
spec:
  template:
    metadata: {labels: {app: ledger}}
    spec: {containers: [{name: a, image: x/ledger}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: till}
spec:
  template:
    metadata: {labels: {app: till}}
    spec: {containers: [{name: a, image: x/till, envFrom: [{configMapRef: {name: addresses}}]}]}
";
    assert_eq!(found(&[("all.yaml", manifests)]), ["till>ledger"]);
}

#[test]
fn a_mounted_proxy_names_its_upstreams() {
    let compose = "services:
  door:
    image: nginx:1
    volumes: ['./proxy:/etc/nginx/conf.d:ro']
  orders: {image: x/orders}
  bills: {image: x/bills}
";
    let proxy = "upstream o { server orders:80; }\nserver { location / { proxy_pass http://o; } }\n";
    assert_eq!(found(&[("compose.yaml", compose), ("proxy/default.conf", proxy)]), ["door>orders"]);
}

#[test]
fn a_mounted_file_of_any_name_names_peers_and_one_that_only_lies_near_does_not() {
    let compose = "services:
  gate:
    image: acme/gate
    volumes: [./routes:/etc/routes]
  balancer:
    image: haproxy
    volumes: [./lb/haproxy.cfg:/etc/haproxy.cfg]
  door:
    image: caddy
    configs: [site]
  till: {image: acme/till}
  books: {image: acme/books}
configs:
  site: {file: ./Caddyfile}
";
    let files = [
        ("compose.yaml", compose),
        ("routes/all.json", r#"{"routes": [{"to": [{"Host": "till", "Port": 80}]}]}"#),
        ("lb/haproxy.cfg", "frontend f\n  bind *:80\nbackend b\n  server s1 books:80 check # was till:80\n"),
        ("Caddyfile", ":80 {\n  reverse_proxy /api/* till:80 books:80\n}\n"),
        ("books/notes.yaml", "seen: http://till:80\n"),
    ];
    let expected = ["balancer>books", "door>books", "door>till", "gate>till"];
    assert_eq!(found(&files), expected);
}

#[test]
fn settings_that_all_share_are_for_all_that_have_settings_beside_them() {
    let compose = "services:\n  registry: {image: x/r}\n  a: {image: x/a}\n  b: {image: x/b}\n  c: {image: x/c}\n";
    let shared = "spring:\n  jpa: {show: true}\neureka:\n  client: {url: 'http://registry:8761/'}\n";
    let files = [
        ("compose.yaml", compose),
        ("config/application.yml", shared),
        ("config/a.yml", "spring:\n  jpa: {show: true}\n"),
        ("config/b.yml", "spring:\n  redis: {host: c}\n"),
    ];
    assert_eq!(found(&files), ["a>registry", "b>c", "b>registry"]);
}

#[test]
fn a_published_port_is_reached_through_the_machine() {
    let compose = "services:
  a: {image: x/a, environment: ['PEER=http://${OUTSIDE}:9090', 'NOBODY=http://${OUTSIDE}:9099']}
  b: {image: x/b, ports: ['9090:80']}
  c: {image: x/c, ports: ['90:9099']}
";
    assert_eq!(found(&[("compose.yaml", compose), (".env", "OUTSIDE=host.docker.internal\n")]), ["a>b"]);
}

#[test]
fn a_port_that_two_projects_publish_is_that_of_the_own_project() {
    let uses = "services:\n  a: {image: x/a, environment: ['PEER=http://host.docker.internal:90']}\n";
    let publishes = |name: &str| format!("services:\n  {name}: {{image: x/b, ports: ['90:80']}}\n");
    let (one, two) = (publishes("one"), publishes("two"));
    let apart = [("p/compose.yaml", uses), ("q/compose.yaml", &one), ("r/compose.yaml", &two)];
    assert_eq!(found(&apart[..2]), ["a>one"]);
    assert_eq!(found(&apart), [""; 0]);
    let together = format!("{uses}  near: {{image: x/n, ports: ['90:80']}}\n");
    assert_eq!(found(&[("p/compose.yaml", &together), apart[1], apart[2]]), ["a>near"]);
}

#[test]
fn what_an_image_sets_counts_unless_the_service_sets_it() {
    let compose = "services:
  web: {build: web}
  other: {build: other, environment: {STOCK_HOST: fresh}}
  stock: {image: x/stock}
  fresh: {image: x/fresh}
";
    let dockerfile = "FROM nginx:1\nENV STOCK_HOST=stock\n";
    let files = [("compose.yaml", compose), ("web/Dockerfile", dockerfile), ("other/Dockerfile", dockerfile)];
    assert_eq!(found(&files), ["other>fresh", "web>stock"]);
}

#[test]
fn variables_of_a_file_count_as_the_services_own() {
    let compose = "services:\n  a: {image: x/a, env_file: [settings/a.env]}\n  q: {image: 'rabbitmq:3'}\n";
    assert_eq!(found(&[("compose.yaml", compose), ("settings/a.env", "BROKER_HOST=q\n")]), ["a>q"]);
}

#[test]
fn an_order_of_start_is_a_need_only_where_nothing_else_is_ever_said() {
    let order = "services:
  a: {image: x/a, depends_on: [b]}
  b: {image: x/b, depends_on: [c]}
  c: {image: x/c}
";
    assert_eq!(found(&[("compose.yaml", order)]), ["a>b", "b>c"]);
    let habit = order.replace("x/a,", "x/a, environment: ['C_ADDR=c:1'],");
    assert_eq!(found(&[("compose.yaml", &habit)]), ["a>c"]);
}

#[test]
fn lines_are_sorted_and_have_three_columns() {
    let edge = |from: &str| FoundEdge { from: from.into(), to: "z".into(), evidence: vec!["f:1 t 0.90".into(); 2] };
    assert_eq!(table(&[edge("a"), edge("b")]), "a\tz\tf:1 t 0.90;f:1 t 0.90\nb\tz\tf:1 t 0.90;f:1 t 0.90\n");
}

/// Edges between nodes of the truth, as the scorer counts them.
fn score(estate: &Path, truth: &Path) -> (f64, f64) {
    let text = fs::read_to_string(truth).expect("the truth can be read");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let pair = |line: &str| {
        let mut columns = line.split('\t').map(str::to_owned);
        Some((columns.next()?, columns.next()?))
    };
    let wanted: BTreeSet<(String, String)> = lines.filter_map(pair).collect();
    let nodes: BTreeSet<&String> = wanted.iter().flat_map(|(from, to)| [from, to]).collect();
    let (found, _) = edges(estate, Timestamp::MIN).expect("the estate can be scanned");
    let found = found.into_iter().map(|edge| (edge.from, edge.to));
    let judged: BTreeSet<(String, String)> =
        found.filter(|(from, to)| from != to && nodes.contains(from) && nodes.contains(to)).collect();
    let hit = judged.intersection(&wanted).count() as f64;
    (hit / wanted.len() as f64, hit / judged.len() as f64)
}

#[test]
fn documented_edges_of_real_estates_are_found() {
    let Some(estates) = shared::folder("estates") else { return };
    for truth in fs::read_dir(estates.join("truth")).expect("the truth is listed") {
        let truth = truth.expect("the truth is listed").path();
        let estate = estates.join("raw").join(truth.file_stem().expect("a name"));
        let (recall, precision) = score(&estate, &truth);
        assert!(recall >= 0.97 && precision >= 0.92, "{}: recall {recall} precision {precision}", truth.display());
    }
}

#[test]
fn a_variable_that_names_nobody_else_comes_before_a_setting_of_its_name() {
    let settings = "apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  application.yml: |
    spring:
      datasource: {url: 'jdbc:postgresql://store/x'}
      data: {redis: {host: '${CACHE_HOST:cache}'}}
    ---
    spring: {config: {activate: {on-profile: test}}}
    stub: {url: 'http://stub:1'}
";
    let workload = |name: &str, variables: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      \
             containers:\n        - {{name: c, image: acme/{name}, env: [{variables}], volumeMounts: [{{name: s, mountPath: /s}}]}}\n      \
             volumes: [{{name: s, configMap: {{name: settings}}}}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}}}\n"
        )
    };
    let in_memory = "{name: SPRING_DATASOURCE_URL, value: 'jdbc:h2:mem:x'}, {name: CACHE_HOST, value: localhost}";
    let peers: String = ["store", "cache", "stub"]
        .map(|name| workload(name, "").replace("volumeMounts", "x-none").replace("configMap", "x-none"))
        .concat();
    let manifests = format!("{settings}{}{}{peers}", workload("plain", ""), workload("alone", in_memory));
    assert_eq!(found(&[("all.yaml", &manifests)]), ["plain>cache", "plain>store"]);
}
