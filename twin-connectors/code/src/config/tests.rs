//! Files of settings of our own.

use std::path::Path;

use proptest::prelude::*;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Limits;
use twin_core::observe::{Locator, Outcome, SourceId, Statement, Target};

use super::ApplicationConfig;

fn decode(path: &str, bytes: Result<&[u8], &str>) -> Decoded {
    let origin = Origin { source: SourceId("shop".to_owned()), limits: Limits::default() };
    ApplicationConfig.decode(&[Payload { path, bytes }], &origin).remove(0)
}

fn shown(decoded: &Decoded, text: &str) -> Vec<String> {
    let observations = decoded.records.iter().flat_map(|record| &record.observations);
    let lines = observations.map(|observation| {
        let step = &observation.evidence.chain[0];
        let Locator::Line { line, .. } = step.locator else { panic!("no line: {step:?}") };
        assert!(text.lines().nth(line as usize - 1).is_some_and(|line| line.contains(&step.raw)), "{step:?}");
        let what = match &observation.statement {
            Statement::Exists { name } => name.clone(),
            Statement::KnownAs(handle) => handle.to_string(),
            Statement::Related { relation, target: Target::Handle(handle), .. } => format!("{relation} {handle}"),
            other => format!("{other:?}"),
        };
        format!("{line} {what}")
    });
    lines.collect()
}

fn check(path: &str, text: &str, expected: &[&str]) {
    let decoded = decode(path, Ok(text.as_bytes()));
    assert_eq!(shown(&decoded, text), expected, "{path}");
    assert_eq!(decoded.outcome, Outcome::Complete);
    assert!(decoded.records.iter().all(|record| !record.key.name.contains('/') && record.stands_for == 1));
    assert!(!format!("{decoded:?}").contains("zq-"), "a secret leaves");
}

#[test]
fn a_file_of_settings_is_one_record() {
    check(
        "cart/src/application.yml",
        "spring:\n  application:\n    name: cart\n  datasource:\n    url: jdbc:mysql://u:zq-x@db/shop?p=zq-y\n    password: zq-z:1\n",
        &["3 settings of cart", "3 path:cart/src/application.yml", "3 service_name:cart", "5 connectsTo host:db"],
    );
    check(
        "conf/orders-docker.yml",
        "eureka:\n  url: http://discovery:8761/eureka\n",
        &[
            "2 settings of discovery:8761",
            "2 path:conf/orders-docker.yml",
            "2 component_name:orders",
            "2 connectsTo host:discovery",
        ],
    );
    check("pay.env", "A=1\n", &[]);
    check("application.properties", "", &[]);
}

#[test]
fn what_holds_in_a_profile_or_by_default_says_so_and_shows_the_way() {
    let text = "spring.application.name=cart\ndb.host=${DB_HOST:store}\nspring.datasource.url=jdbc:postgresql://u:zq-pw@${db.host}/x\n#---\nspring.config.activate.on-profile=dev\nstub.url=http://stub:1\n";
    let decoded = decode("cart/application.properties", Ok(text.as_bytes()));
    let told: Vec<String> = decoded.records[0].observations.iter().filter_map(connection).collect();
    let expected = [
        "host:store - db.host ${DB_HOST} 0.68 2=store",
        "host:store - spring.datasource.url ${DB_HOST} 0.68 3=db.host 2=store",
        "host:stub profile=dev stub.url 0.42 6=stub:1",
    ];
    assert_eq!(told, expected);
    assert!(!format!("{decoded:?}").contains("zq-"), "a secret leaves");
}

/// `peer condition field confidence line=raw…`
fn connection(observation: &twin_core::observe::Observation) -> Option<String> {
    let Statement::Related { target: Target::Handle(peer), attributes, .. } = &observation.statement else {
        return None;
    };
    let condition = attributes.get(&twin_core::schema::attribute::CONDITION).and_then(|value| value.as_text());
    let evidence = &observation.evidence;
    let steps = evidence.chain.iter().map(|step| {
        let Locator::Line { line, .. } = step.locator else { panic!("no line: {step:?}") };
        format!(" {line}={}", step.raw)
    });
    let (condition, steps) = (condition.unwrap_or("-"), steps.collect::<String>());
    Some(format!("{peer} {condition} {} {:.2}{steps}", evidence.field, evidence.confidence - 0.0001))
}

#[test]
fn properties_of_a_configuration_repository_are_those_of_the_application_they_are_called_after() {
    check(
        "conf/orders-prod.properties",
        "# zq-comment\nspring.jpa.show=true\na.url=http://a:1\n",
        &["3 settings of a:1", "3 path:conf/orders-prod.properties", "3 component_name:orders", "3 connectsTo host:a"],
    );
    check(
        "conf/orders.properties",
        "spring.jpa.show=true\n",
        &["1 settings of spring", "1 path:conf/orders.properties", "1 component_name:orders"],
    );
    check("conf/other.properties", "jpa.show=true\n", &[]);
}

#[test]
fn properties_may_be_in_the_older_encoding_of_java() {
    let decoded = decode("a.properties", Ok(b"name=caf\xe9\na.url=http://a:1\n"));
    assert_eq!(decoded.outcome, Outcome::Complete);
    assert_eq!(decoded.records.len(), 1);
    let decoded = decode("a.yml", Ok(b"name: caf\xe9\na.url: http://a:1\n"));
    assert!(matches!(decoded.outcome, Outcome::Partial(_)));
}

#[test]
fn a_renamed_file_is_the_same_record() {
    let keys =
        ["a/application.yml", "b/config.yaml"].map(|path| decode(path, Ok(b"url: http://a:1")).records[0].key.clone());
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn broken_files_are_partial() {
    for (path, bytes) in [
        ("application.yml", Ok(&b"a: [\n"[..])),
        ("config.toml", Ok(b"= 1")),
        ("x.env", Ok(b"\xff")),
        ("x.env", Err("permission denied")),
    ] {
        let decoded = decode(path, bytes);
        assert!(matches!(decoded.outcome, Outcome::Partial(_)), "{decoded:?}");
        assert_eq!(decoded.diagnostics.iter().map(|said| said.records).sum::<u64>(), 1);
    }
}

#[test]
fn conventional_names_are_surer_than_others() {
    let cases = [
        ("a/application-prod.yml", "", Recognition::ByName),
        ("appsettings.Development.json", "", Recognition::ByName),
        ("nginx/nginx.conf", "", Recognition::ByName),
        (".env", "", Recognition::Plausible),
        ("settings.toml", "", Recognition::Plausible),
        ("orders.yml", "server:\n  port: 1\nspring:\n  x: 1\n", Recognition::ByContent),
        ("orders.yml", "a: 1\n", Recognition::No),
        ("Cargo.toml", "", Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(ApplicationConfig.recognises(path, head.as_bytes()), expected, "{path}");
    }
}

/// All files below a folder, relative to it.
fn files(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(root, &path, found);
        } else if let (Ok(name), Ok(bytes)) = (path.strip_prefix(root), std::fs::read(&path)) {
            found.push((name.to_string_lossy().into_owned(), bytes));
        }
    }
}

#[path = "../../../base/tests/shared/mod.rs"]
mod shared;

#[test]
fn real_files_are_read_to_the_letter() {
    let Some(root) = shared::folder("estates/raw") else { return };
    let mut found = Vec::new();
    files(&root, &root, &mut found);
    found.retain(|(path, bytes)| ApplicationConfig.recognises(path, bytes) != Recognition::No);
    assert!(!found.is_empty());
    for (path, bytes) in &found {
        let decoded = decode(path, Ok(bytes));
        let lines = shown(&decoded, &String::from_utf8_lossy(bytes));
        assert!(decoded.diagnostics.iter().all(|said| said.locator.path() == path));
        if std::env::var_os("TWIN_SHOW").is_some() {
            println!("{path} {:?}\n{}", decoded.outcome, lines.join("\n"));
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300), name in 0usize..5) {
        let path = ["application.yml", "config.toml", ".env", "nginx.conf", "a.properties"][name];
        prop_assert_eq!(decode(path, Ok(&bytes)).path, path);
    }
}
