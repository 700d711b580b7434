//! Compose projects of our own, and those that lie beside the project.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Limits;
use twin_core::observe::{Locator, Outcome, SourceId, Statement, Target};

use super::Compose;

type Files<'a> = &'a [(&'a str, &'a str)];

fn decode(files: Files<'_>) -> Vec<Decoded> {
    let payloads: Vec<_> = files.iter().map(|(path, text)| Payload { path, bytes: Ok(text.as_bytes()) }).collect();
    let decoded = Compose.decode(&payloads, &origin());
    decoded.iter().for_each(|file| stands(file, files));
    decoded
}

fn origin() -> Origin {
    Origin { source: SourceId("shop".to_owned()), limits: Limits::default() }
}

/// Every piece of evidence stands to the letter in its line, and every rejection has its place.
fn stands(decoded: &Decoded, files: Files<'_>) {
    for observation in decoded.records.iter().flat_map(|record| &record.observations) {
        assert!(!observation.evidence.chain.is_empty());
        for step in &observation.evidence.chain {
            let Locator::Line { path, line } = &step.locator else { panic!("no line: {step:?}") };
            let text = files.iter().find(|(name, _)| name == path).map_or("", |(_, text)| text);
            let line = text.lines().nth(*line as usize - 1).unwrap_or_default();
            assert!(line.contains(&step.raw), "{step:?} does not stand in its line");
        }
    }
    let rejected: u64 = decoded.diagnostics.iter().map(|diagnostic| diagnostic.records).sum();
    assert!(!(rejected > 0 && decoded.outcome == Outcome::Complete), "{decoded:?}");
    assert!(decoded.diagnostics.iter().all(|diagnostic| diagnostic.locator.path() == decoded.path));
}

/// What is said, a line each: `name statement < evidence`.
fn shown(decoded: &[Decoded]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in decoded {
        for record in &file.records {
            for observation in &record.observations {
                let what = statement(&observation.statement);
                let steps = observation.evidence.chain.iter().map(|step| format!("{}={}", step.locator, step.raw));
                let steps = steps.collect::<Vec<_>>().join(" < ");
                lines.push(format!("{} {what} [{} {steps}]", record.key.name, observation.evidence.technique));
            }
        }
        lines.extend(file.diagnostics.iter().map(|said| format!("! {} {}", said.locator, said.message)));
    }
    lines
}

fn statement(statement: &Statement) -> String {
    let target = |target: &Target| match target {
        Target::Handle(handle) => handle.to_string(),
        Target::Record(key) => key.name.clone(),
        Target::Selector { .. } => "selector".to_owned(),
    };
    match statement {
        Statement::Exists { .. } => "exists".to_owned(),
        Statement::Attribute { name, value } => format!("{name}={value}"),
        Statement::KnownAs(handle) => format!("is {handle}"),
        Statement::Joins { network, .. } => format!("joins {network}"),
        Statement::Labelled { key, value } => format!("{key}={value}"),
        Statement::Related { relation, target: to, attributes, .. } => {
            let more: String = attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{relation} {}{more}", target(to))
        }
    }
}

fn check(files: Files<'_>, expected: &[&str]) {
    let lines = shown(&decode(files));
    for line in expected {
        assert!(lines.iter().any(|found| found == line), "{line}\nis not in\n{}", lines.join("\n"));
    }
}

const SHOP: &str = r#"x-env: &env
  LOG: debug
  BUS_ADDR: ${BUS}
services:
  cart:
    image: ${REGISTRY}/cart:${TAG:-1}
    container_name: the-cart
    build:
      context: ./src
      dockerfile: cart/Dockerfile
    ports: ["8080:80", "127.0.0.1:9000:90/tcp"]
    environment:
      <<: *env
      PAY_URL: http://${PAY_HOST}:${PAY_PORT:-81}/x
      DATABASE_URL: postgres://u:${DB_PASSWORD}@db:5432/shop
      PASSED:
      OTEL_SERVICE_NAME: cart-service
      DB_PASSWORD: zq-secret:1
    depends_on: {pay: {condition: service_healthy}}
    networks: {default: {aliases: [basket]}}
    volumes:
      - ./conf/nginx.conf:/etc/nginx/nginx.conf:ro
      - data:/data
      - /var/run/docker.sock:/x
    labels:
      - team=payments
    deploy: {replicas: 3}
  pay:
    image: redis:7
    command: ["--bind", "x:1", "--upstream=http://core:82", "--peer", "other"]
    entrypoint: sh -c "wait-for db:5432 -- run"
    environment:
      - CART_HOST
      - MONEY=$$5
      - NOWHERE=http://${UNSET}:1
    env_file: [./pay.env, missing.env]
    depends_on: [db]
    links: ["db:database"]
    extends: {service: cart}
    configs: [app]
configs:
  app: {file: ./conf/app.yml}
"#;
const ENV: &str = "REGISTRY=registry.example\nPAY_HOST=pay\nBUS=${BUS_HOST_NAME}:4222\nBUS_HOST_NAME=nope\nCART_HOST=cart\nDB_PASSWORD='zq-p@ss/w'\nPASSED=http://passed:1\nBUS_HOST=bus\n";
const PAY_ENV: &str = "LEDGER_URL=http://u:zq-secret@ledger:83\n";

#[test]
fn a_project_is_read_with_its_variables() {
    let files = [("deploy/.env", ENV), ("deploy/compose.yaml", SHOP), ("deploy/pay.env", PAY_ENV)];
    check(
        &files,
        &[
            "cart exists [declared deploy/compose.yaml:5=cart]",
            "cart joins compose/shop/deploy [declared deploy/compose.yaml:5=cart]",
            "cart is host:cart [declared deploy/compose.yaml:5=cart]",
            "cart is host:the-cart [declared deploy/compose.yaml:7=the-cart]",
            "cart is host:basket [declared deploy/compose.yaml:20=basket]",
            "cart is published_port:localhost:8080 [declared deploy/compose.yaml:11=8080:80]",
            "cart is published_port:localhost:9000 [declared deploy/compose.yaml:11=127.0.0.1:9000:90/tcp]",
            "cart port=80 [declared deploy/compose.yaml:11=8080:80]",
            "cart image.tag=1 [declared deploy/compose.yaml:6=${REGISTRY}/cart:${TAG:-1} < deploy/.env:1=REGISTRY]",
            "cart is path:deploy/src/cart [declared deploy/compose.yaml:10=cart/Dockerfile]",
            "cart connectsTo host:pay port=81 protocol=http [env-address deploy/compose.yaml:14=PAY_URL < deploy/.env:2=pay]",
            "cart connectsTo host:db db.namespace=shop port=5432 protocol=postgresql [connection-string deploy/compose.yaml:15=db:5432]",
            "cart connectsTo host:passed port=1 protocol=http [env-address deploy/compose.yaml:16=PASSED < deploy/.env:7=passed:1]",
            "cart is service_name:cart-service [declared deploy/compose.yaml:17=cart-service]",
            "cart startsAfter host:pay start.condition=service_healthy [start-order deploy/compose.yaml:19=pay]",
            "cart configuredBy path:deploy/conf/nginx.conf [explicit-reference deploy/compose.yaml:22=./conf/nginx.conf]",
            "cart replicas=3 [declared deploy/compose.yaml:27=3]",
            "pay realizes=DataStore [well-known-software deploy/compose.yaml:29=redis:7]",
            "pay configuredBy path:deploy/missing.env [explicit-reference deploy/compose.yaml:36=missing.env]",
            "pay connectsTo host:core port=82 protocol=http [argument deploy/compose.yaml:30=core:82]",
            "pay connectsTo host:other [argument deploy/compose.yaml:30=other]",
            "pay connectsTo host:db port=5432 [argument deploy/compose.yaml:31=db:5432]",
            "pay connectsTo host:cart [env-host deploy/compose.yaml:33=CART_HOST < deploy/.env:5=cart]",
            "pay connectsTo host:ledger port=83 protocol=http [env-address deploy/compose.yaml:36=./pay.env < deploy/pay.env:1=ledger:83]",
            "pay connectsTo host:db [explicit-reference deploy/compose.yaml:38=db]",
            "pay configuredBy path:deploy/conf/app.yml [explicit-reference deploy/compose.yaml:40=app < deploy/compose.yaml:42=./conf/app.yml]",
            "pay is service_name:cart-service [declared deploy/compose.yaml:39=cart < deploy/compose.yaml:17=cart-service]",
            "pay replicas=3 [declared deploy/compose.yaml:39=cart < deploy/compose.yaml:27=3]",
            "registry.example/cart builtFrom path:deploy/src build.file=deploy/src/cart/Dockerfile [declared deploy/compose.yaml:9=./src]",
            "! deploy/compose.yaml:36 a file of variables that is not there",
            "! deploy/compose.yaml:35 the variable UNSET is not set",
        ],
    );
    let decoded = decode(&files);
    assert!(!format!("{decoded:?}").contains("zq-"), "a secret leaves");
    assert!(shown(&decoded).iter().all(|line| !line.contains("docker.sock") && !line.contains("/data")));
    assert!(decoded.iter().all(|file| file.outcome == Outcome::Complete));
}

#[test]
fn files_of_one_folder_are_one_project() {
    let files = [
        ("a/compose.yaml", "name: shop\nservices:\n  cart: {image: a}\n"),
        ("a/docker-compose.prod.yml", "services:\n  cart: {environment: {PAY_ADDR: 'pay:1'}}\n  pay: {image: b}\n"),
    ];
    let decoded = decode(&files);
    let keys = decoded.iter().flat_map(|file| &file.records).filter(|record| record.stands_for > 0);
    let keys: Vec<String> = keys.map(|record| record.key.to_string()).collect();
    assert_eq!(keys, ["shop/shop/Workload:cart", "shop/shop/Workload:cart", "shop/shop/Workload:pay"]);
}

#[test]
fn what_cannot_be_read_makes_the_whole_project_partial() {
    let good = "name: shop\nservices:\n  cart: {image: a}\n";
    let cases: [(Payload<'_>, u64); 6] = [
        (Payload { path: "compose.b.yml", bytes: Err("permission denied") }, 1),
        (Payload { path: ".env", bytes: Err("permission denied") }, 1),
        (Payload { path: ".env", bytes: Ok(b"A=\xff") }, 1),
        (Payload { path: "compose.b.yml", bytes: Ok(b"services: [") }, 1),
        (Payload { path: "compose.b.yml", bytes: Ok(b"services:\n  a: {image: x}\n  b:\n  c: 1\n") }, 2),
        (Payload { path: "compose.b.yml", bytes: Ok(b"") }, 1),
    ];
    for (bad, rejected) in cases {
        let payloads = [Payload { path: "compose.yml", bytes: Ok(good.as_bytes()) }, bad];
        let decoded = Compose.decode(&payloads, &origin());
        assert!(decoded.iter().all(|file| matches!(file.outcome, Outcome::Partial(_))), "{decoded:?}");
        let sum: u64 = decoded.iter().flat_map(|file| &file.diagnostics).map(|said| said.records).sum();
        assert_eq!(sum, rejected, "{decoded:?}");
        assert!(decoded.iter().flat_map(|file| &file.records).any(|record| record.key.name == "cart"));
    }
}

#[test]
fn nothing_is_said_whose_variables_or_project_cannot_be_known() {
    let cases: [(&str, Payload<'_>); 3] = [
        ("name: shop\nservices:\n  cart: {image: 'a:${TAG:-1}'}\n", Payload { path: ".env", bytes: Err("denied") }),
        ("services:\n  cart: {image: a}\n", Payload { path: ".env", bytes: Err("denied") }),
        ("services:\n  cart: {image: a}\n", Payload { path: "compose.b.yml", bytes: Err("denied") }),
    ];
    for (good, bad) in cases {
        let decoded = Compose.decode(&[Payload { path: "compose.yml", bytes: Ok(good.as_bytes()) }, bad], &origin());
        assert!(decoded.iter().all(|file| matches!(file.outcome, Outcome::Partial(_))), "{decoded:?}");
        assert!(decoded.iter().all(|file| file.records.is_empty() && file.diagnostics.len() == 1), "{decoded:?}");
    }
}

#[test]
fn files_are_recognised_by_name_then_by_content() {
    let cases = [
        ("compose.yaml", "", Recognition::ByName),
        ("x/docker-compose.prod.yml", "", Recognition::ByName),
        ("x/Docker-Compose-dev.YML", "", Recognition::ByName),
        ("composer.yml", "", Recognition::No),
        ("stack.yml", "services:\n\n  a:\n    image: x\n", Recognition::ByContent),
        ("stack.yml", "\u{feff}services:\r\n  a:\r\n    image: x\r\n", Recognition::ByContent),
        ("stack.yml", "services:\n  a: {}\nimage: x\n", Recognition::No),
        ("compose.json", "", Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(Compose.recognises(path, head.as_bytes()), expected, "{path}");
    }
}

#[path = "../../../base/tests/shared/mod.rs"]
mod shared;

fn compose_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            compose_files(&path, found);
        } else if Compose.recognises(&path.to_string_lossy(), b"") != Recognition::No || path.ends_with(".env") {
            found.push(path);
        }
    }
}

#[test]
fn real_projects_are_read_in_full() {
    let Some(root) = shared::folder("estates/raw") else { return };
    let mut paths = Vec::new();
    compose_files(&root, &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(&root).ok()?.to_string_lossy().into_owned();
        Some((name, std::fs::read_to_string(path).ok()?))
    };
    let files: Vec<_> = paths.iter().filter_map(read).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let groups: std::collections::BTreeSet<_> = files.iter().map(|(path, _)| Compose.group(path)).collect();
    for group in groups {
        let group: Vec<_> = files.iter().copied().filter(|(path, _)| Compose.group(path) == group).collect();
        let decoded = decode(&group);
        assert!(decoded.iter().any(|file| !file.records.is_empty()), "nothing was read");
        if std::env::var_os("TWIN_SHOW").is_some() {
            println!("{}", shown(&decoded).join("\n"));
        }
        for file in &decoded {
            assert_eq!(file.outcome, Outcome::Complete, "{:?}", file.diagnostics);
        }
    }
}

mod joined;

proptest! {
    #[test]
    fn any_change_of_a_project_is_read(at in 0..SHOP.len(), length in 0usize..12, put in "[\\PC\n\t${}:#\"'-]{0,6}") {
        let end = (at + length).min(SHOP.len());
        let text = format!("{}{put}{}", &SHOP[..at], &SHOP[end..]);
        decode(&[(".env", ENV), ("compose.yml", &text)]);
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let payloads = [Payload { path: "compose.yml", bytes: Ok(&bytes) }, Payload { path: ".env", bytes: Ok(&bytes) }];
        prop_assert!(!Compose.decode(&payloads, &origin()).is_empty());
    }
}
