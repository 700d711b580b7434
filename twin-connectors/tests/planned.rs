//! Scenarios from what is planned elsewhere: plans of Terraform, and two versions of a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use twin_connectors::{
    Entry, EntryKind, Files, Planned, ScanOptions, scan_files, scenario_of_folders, scenario_of_plan,
    scenario_of_terraform_plan, scenario_of_trees,
};
use twin_core::answer::Profile;
use twin_core::base::{Context, ErrorKind, Limits, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::observe::SourceId;
use twin_core::simulate::outcome;
use twin_core::{At, Twin};

/// A tree in memory. A file without a text cannot be read.
#[derive(Clone)]
struct Tree(BTreeMap<String, Option<String>>);

impl Tree {
    fn of(files: &[(&str, &str)]) -> Self {
        Tree(files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned()))).collect())
    }

    fn with(&self, path: &str, text: Option<&str>) -> Self {
        let mut tree = self.clone();
        tree.0.insert(path.to_owned(), text.map(str::to_owned));
        tree
    }

    fn without(&self, path: &str) -> Self {
        let mut tree = self.clone();
        tree.0.remove(path);
        tree
    }
}

impl Files for Tree {
    fn list(&self, folder: &str, _up_to: usize) -> io::Result<Vec<Entry>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = self.0.keys().filter_map(|path| path.strip_prefix(prefix.as_str()));
        let entry = |rest: &str| match rest.split_once('/') {
            Some((name, _)) => Entry { name: name.to_owned(), kind: EntryKind::Folder },
            None => Entry { name: rest.to_owned(), kind: EntryKind::File },
        };
        Ok(within.map(entry).collect::<BTreeSet<Entry>>().into_iter().collect())
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        match self.0.get(path) {
            Some(Some(text)) => Ok(text.bytes().take(up_to as usize).collect()),
            Some(None) => Err(io::ErrorKind::PermissionDenied.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn snapshot(tree: &Tree) -> Snapshot {
    let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
    let twin = Twin::in_memory();
    let scan = scan_files(tree, &SourceId("shop".to_owned()), &ScanOptions::default()).unwrap();
    twin.apply(scan.batches, now).unwrap();
    twin.snapshot(At::now(now))
}

const STATE: &str = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 4, "lineage": "l-1", "resources": [
  {"mode": "managed", "type": "aws_db_instance", "name": "orders", "instances": [{"attributes":
    {"identifier": "orders-db", "arn": "arn:aws:rds:eu-central-1:123:db:orders-db", "engine": "postgres", "engine_version": "15.4"}}]},
  {"mode": "managed", "type": "aws_ecs_service", "name": "api", "instances": [{"attributes":
    {"name": "api", "desired_count": 2}}]},
  {"mode": "managed", "type": "aws_sqs_queue", "name": "jobs", "instances": [{"index_key": "a", "attributes": {"name": "jobs-a"}},
    {"index_key": "b", "attributes": {"name": "jobs-b"}}]},
  {"mode": "managed", "type": "google_cloud_run_v2_service", "name": "web", "instances": [{"attributes":
    {"name": "web", "location": "europe-west1"}}]},
  {"mode": "managed", "type": "azurerm_redis_cache", "name": "sessions", "instances": [{"attributes":
    {"name": "sessions", "location": "westeurope"}}]},
  {"mode": "managed", "type": "aws_s3_bucket", "name": "logs", "instances": [{"attributes": {"bucket": "acme-logs"}}]}
]}"#;

const WORKERS: &str = "resource \"aws_instance\" \"worker\" {\n  count = 3\n}\n";

const CART: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - {name: main, image: \"registry.example/acme/cart:1\"}
";

fn estate() -> Snapshot {
    snapshot(&Tree::of(&[("infra/terraform.tfstate", STATE), ("workers/main.tf", WORKERS), ("k8s/cart.yaml", CART)]))
}

/// One resource change of a plan.
fn resource(address: &str, actions: &str, before: &str, after: &str) -> String {
    let bare = address.split('[').next().unwrap();
    let resource_type = bare.rsplit('.').nth(1).unwrap();
    let module = address.rfind(resource_type).filter(|at| *at > 0).map(|at| &address[..at - 1]);
    let module = module.map(|module| format!("\"module_address\": \"{module}\",")).unwrap_or_default();
    let address = address.replace('"', "\\\"");
    format!(
        "{{\"address\": \"{address}\", {module} \"mode\": \"managed\", \"type\": \"{resource_type}\", \"name\": \"x\",
          \"change\": {{\"actions\": {actions}, \"before\": {before}, \"after\": {after}, \"after_unknown\": {{}}}}}}"
    )
}

fn plan_of(resources: &[String], configuration: &str) -> String {
    let resources = resources.join(",");
    format!(
        "{{\"format_version\": \"1.2\", \"terraform_version\": \"1.9.0\", \"planned_values\": {{}},
          \"resource_changes\": [{resources}], \"configuration\": {configuration}}}"
    )
}

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

fn planned(plan: &str) -> Planned {
    let planned = scenario_of_plan(&estate(), "planned", "plan.json", plan.as_bytes(), &context()).unwrap();
    let counts = planned.counts.unwrap();
    let sum = counts.unchanged + counts.read + counts.changed + counts.left_out + counts.rejected;
    assert_eq!(counts.listed, sum, "{counts:?}");
    planned
}

fn drafts(planned: &Planned) -> Vec<String> {
    planned.scenario.drafts().iter().map(|draft| serde_json::to_string(draft).unwrap()).collect()
}

fn left_out(planned: &Planned) -> Vec<String> {
    planned.scenario.left_out().iter().map(|left| format!("{}: {}", left.what, left.why)).collect()
}

/// Checks what a plan's resource changes become, to the letter, and what is told of what is left out and taken for granted.
fn check(resources: &[String], configuration: &str, changes: &[&str], left: &[&str], assumed: &[&str]) {
    let planned = planned(&plan_of(resources, configuration));
    assert_eq!(drafts(&planned), changes, "{:#?}", left_out(&planned));
    let told = left_out(&planned);
    assert_eq!(told.len(), left.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(left) {
        assert!(told.contains(expected), "no {expected:?} in {told:?}");
    }
    let all = planned.scenario.assumptions();
    for expected in assumed {
        assert!(all.iter().any(|said| said.contains(expected)), "no {expected:?} in {all:#?}");
    }
}

#[test]
fn updates_become_changes_by_their_attributes() {
    let update = |address: &str, before: &str, after: &str| resource(address, "[\"update\"]", before, after);
    let api = |before: &str, after: &str| {
        let named = |rest: &str| format!("{{\"name\": \"api\", {rest}}}");
        update("aws_ecs_service.api", &named(before), &named(after))
    };
    check(
        &[api("\"desired_count\": 2", "\"desired_count\": 5")],
        "{}",
        &[r#"{"change":"scale","entity":"api","replicas":5,"now":2}"#],
        &[],
        &[],
    );
    check(
        &[api("\"desired_count\": 2, \"tags\": {\"a\": \"canary\"}", "\"desired_count\": 2, \"tags\": {}")],
        "{}",
        &[],
        &["aws_ecs_service.api: tags: no change says it"],
        &[],
    );
    check(
        &[update(
            "aws_db_instance.orders",
            r#"{"identifier": "orders-db", "engine_version": "15.4", "instance_class": "db.m5.large", "multi_az": false, "storage_encrypted": false}"#,
            r#"{"identifier": "orders-db", "engine_version": "16.1", "instance_class": "db.m5.xlarge", "multi_az": true, "storage_encrypted": true}"#,
        )],
        "{}",
        &[
            r#"{"change":"resize","entity":"orders-db"}"#,
            r#"{"change":"upgrade","entity":"orders-db","version":"16.1"}"#,
            r#"{"change":"add_replica","entity":"orders-db"}"#,
        ],
        &["aws_db_instance.orders: storage_encrypted: no change says it"],
        &["orders-db: instance_class goes from db.m5.large to db.m5.xlarge; how much faster that is nobody says"],
    );
    check(
        &[update(
            "google_cloud_run_v2_service.web",
            r#"{"name": "web", "location": "europe-west1", "template": [{"containers": [{"image": "eu.gcr.io/a/web:1", "env": [{"name": "A", "value": "x"}]}]}]}"#,
            r#"{"name": "web", "location": "europe-west1", "template": [{"containers": [{"image": "eu.gcr.io/a/web:2", "env": [{"name": "A", "value": "canary"}]}]}]}"#,
        )],
        "{}",
        &[r#"{"change":"upgrade","entity":"web","version":"2"}"#],
        &["google_cloud_run_v2_service.web: template: no change says it"],
        &[],
    );
    check(
        &[update(
            "kubernetes_deployment_v1.cart",
            r#"{"metadata": [{"name": "cart", "namespace": "shop"}], "spec": [{"replicas": "2"}]}"#,
            r#"{"metadata": [{"name": "cart", "namespace": "shop"}], "spec": [{"replicas": "3"}]}"#,
        )],
        "{}",
        &[r#"{"change":"scale","entity":"cart","replicas":3,"now":2}"#],
        &[],
        &["kubernetes_deployment_v1.cart is cart, by its name and kind"],
    );
}

#[test]
fn what_is_replaced_is_down_unless_its_successor_comes_first() {
    let before = r#"{"name": "sessions", "location": "westeurope", "sku_name": "Basic"}"#;
    let after = r#"{"name": "sessions", "location": "northeurope", "sku_name": "Basic"}"#;
    let changes = [
        r#"{"change":"replace","entity":"sessions","by":"sessions","dual_run_days":0.0}"#,
        r#"{"change":"move","entity":"sessions","region":"northeurope"}"#,
    ];
    for (actions, told) in [
        (r#"["delete", "create"]"#, "sessions is down while it is replaced"),
        (r#"["create", "delete"]"#, "the successor of sessions is there before it is deleted"),
    ] {
        check(&[resource("azurerm_redis_cache.sessions", actions, before, after)], "{}", &changes, &[], &[told]);
    }
}

#[test]
fn what_comes_needs_what_its_code_refers_to() {
    let configuration = r#"{"provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}},
      "root_module": {"resources": [
        {"address": "aws_lambda_function.mailer", "expressions": {"environment": [{"variables": {"references":
          ["aws_db_instance.orders.address", "aws_db_instance.orders", "module.mail.url", "module.mail", "var.x"]}}]}},
        {"address": "aws_ecs_service.api", "expressions": {"x": {"references": ["aws_lambda_function.mailer.arn"]}},
          "depends_on": ["aws_db_instance.orders"]},
        {"address": "aws_db_instance.orders"}, {"address": "aws_s3_bucket.logs"}],
      "module_calls": {"mail": {"expressions": {"key": {"references": ["aws_s3_bucket.logs.id"]}}, "module": {
        "outputs": {"url": {"expression": {"references": ["aws_sqs_queue.mail.url"]}}},
        "resources": [{"address": "aws_sqs_queue.mail", "expressions": {"k": {"references": ["var.key"]}}}]}}}}}"#;
    let create = |address: &str, after: &str| resource(address, "[\"create\"]", "null", after);
    check(
        &[
            create("aws_lambda_function.mailer", r#"{"function_name": "mailer", "tags": {"Environment": "prod"}}"#),
            create("module.mail.aws_sqs_queue.mail", r#"{"name": "mail"}"#),
            resource("aws_ecs_service.api", "[\"no-op\"]", r#"{"name": "api"}"#, r#"{"name": "api"}"#),
            resource("aws_db_instance.orders", "[\"no-op\"]", r#"{"identifier": "orders-db"}"#, "{}"),
            resource("aws_s3_bucket.logs", "[\"no-op\"]", r#"{"bucket": "acme-logs"}"#, "{}"),
        ],
        configuration,
        &[
            r#"{"change":"add","name":"mailer","environment":"prod","region":"eu-central-1"}"#,
            r#"{"change":"add","name":"mail","kind":"Queue","region":"eu-central-1"}"#,
            r#"{"change":"add_dependency","entity":"api","on":"mailer"}"#,
            r#"{"change":"add_dependency","entity":"mailer","on":"orders-db","relation":"readsFrom"}"#,
            r#"{"change":"add_dependency","entity":"mailer","on":"mail","relation":"connectsTo"}"#,
            r#"{"change":"add_dependency","entity":"mail","on":"acme-logs","relation":"dependsOn"}"#,
        ],
        &[],
        &["what comes needs what its code refers to"],
    );
}

#[test]
fn an_image_of_a_task_is_the_version_of_its_service() {
    let task = |image: &str| {
        format!(
            r#"{{"family": "api", "cpu": "256", "container_definitions": "[{{\"name\":\"api\",\"image\":\"{image}\",\"environment\":[{{\"name\":\"T\",\"value\":\"canary\"}}]}}]"}}"#
        )
    };
    let service = r#"{"name": "api", "task_definition": "arn:aws:ecs:eu-central-1:123:task-definition/api:3"}"#;
    let configuration = r#"{"root_module": {"resources": [{"address": "aws_ecs_service.api",
      "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.api.arn", "aws_ecs_task_definition.api"]}}},
      {"address": "aws_ecs_task_definition.api"}]}}"#;
    check(
        &[
            resource(
                "aws_ecs_task_definition.api",
                r#"["delete", "create"]"#,
                &task("acme/api:1"),
                &task("acme/api:2"),
            ),
            resource("aws_ecs_service.api", "[\"update\"]", service, r#"{"name": "api"}"#),
        ],
        configuration,
        &[r#"{"change":"upgrade","entity":"api","version":"2"}"#],
        &[],
        &[],
    );
}

#[test]
fn copies_are_one_thing_where_the_twin_knows_one() {
    let one = |key: u32, actions: &str| resource(&format!("aws_instance.worker[{key}]"), actions, "{}", "{}");
    let scaled = r#"{"change":"scale","entity":"aws_instance.worker","replicas":4,"now":3}"#;
    let stay = |keys: std::ops::Range<u32>| keys.map(|key| one(key, "[\"no-op\"]")).collect::<Vec<String>>();
    let told = ["aws_instance.worker stands for all copies"];
    check(&[stay(0..3), vec![one(3, "[\"create\"]")]].concat(), "{}", &[scaled], &[], &told);
    let gone: Vec<String> = (0..3).map(|key| one(key, "[\"delete\"]")).collect();
    check(&gone, "{}", &[r#"{"change":"remove","entity":"aws_instance.worker"}"#], &[], &[]);
    let jobs = |key: &str, actions: &str| {
        let name = format!("{{\"name\": \"jobs-{key}\"}}");
        resource(&format!("aws_sqs_queue.jobs[\"{key}\"]"), actions, &name, &name)
    };
    check(
        &[jobs("a", "[\"no-op\"]"), jobs("b", "[\"delete\"]")],
        "{}",
        &[r#"{"change":"remove","entity":"jobs-b"}"#],
        &[],
        &[],
    );
}

#[test]
fn what_no_change_says_is_left_out_aloud() {
    let nothing = "null";
    check(
        &[
            resource("aws_sqs_queue.fresh", "[\"delete\"]", r#"{"name": "fresh"}"#, nothing),
            resource("acme_widget.it", "[\"create\"]", nothing, "{}"),
            resource("aws_iam_role_policy_attachment.it", "[\"create\"]", nothing, "{}"),
            resource("aws_s3_bucket.logs", "[\"create\"]", nothing, r#"{"bucket": "acme-logs"}"#),
            resource("aws_s3_bucket.logs", "[\"forget\"]", r#"{"bucket": "acme-logs"}"#, nothing),
            resource(
                "aws_db_instance.orders",
                "[\"update\"]",
                r#"{"availability_zone": "eu-central-1a"}"#,
                r#"{"availability_zone": "eu-central-1b"}"#,
            ),
        ],
        "{}",
        &[],
        &[
            "aws_sqs_queue.fresh: the twin does not know it",
            "acme_widget.it: nobody here reads resources of its provider",
            "nothing is known but that it is there",
            "the twin knows it already, as acme-logs",
            "Terraform manages it no longer",
            "it stays in eu-central-1, in another zone",
        ],
        &[],
    );
}

#[test]
fn secrets_stay_out() {
    let plan = plan_of(
        &[
            resource(
                "aws_db_instance.orders",
                "[\"update\"]",
                r#"{"identifier": "orders-db", "password": "canary-1", "engine_version": "postgres://u:canary-2@h", "instance_class": "a b canary-3"}"#,
                r#"{"identifier": "orders-db", "password": "canary-4", "engine_version": "user:canary-5@host", "instance_class": "c d canary-6"}"#,
            ),
            r#"{"address": "aws_ecs_service.api", "type": "aws_ecs_service", "mode": "managed", "change": {"actions": ["update"],
               "before": {"name": "api", "desired_count": 2, "task_definition": "canary-7"}, "after": {"name": "api", "desired_count": 3, "task_definition": "canary-8"},
               "before_sensitive": {"task_definition": true}, "after_sensitive": {"task_definition": true, "tags": {}}}}"#.to_owned(),
        ],
        "{}",
    );
    let planned = planned(&plan);
    let told = outcome(&planned.scenario, Profile::default()).to_json();
    let all = format!("{planned:?} {told}");
    assert!(!all.contains("canary"), "{all}");
    assert_eq!(drafts(&planned).len(), 1, "the count is no secret");
    assert!(
        told.contains(
            "left out of the scenario: aws_db_instance.orders: instance_class: its value is none that is kept"
        ),
        "{told}"
    );
    assert!(left_out(&planned).iter().any(|left| left.contains("task_definition: the plan marks it as sensitive")));
}

#[test]
fn what_is_no_plan_is_refused() {
    let deep = format!("{{\"format_version\": \"1.0\", \"x\": {}{}}}", "[".repeat(2_000), "]".repeat(2_000));
    let cases: Vec<(&str, ErrorKind, &str)> = vec![
        ("", ErrorKind::Invalid, "no plan in JSON"),
        ("{\"format_version\": \"1.2\", ", ErrorKind::Invalid, "line 1"),
        ("[]", ErrorKind::Invalid, "no format_version"),
        ("{\"version\": 4}", ErrorKind::Invalid, "terraform show -json"),
        ("{\"format_version\": \"0.2\", \"resource_changes\": []}", ErrorKind::Invalid, "1.x"),
        ("{\"format_version\": \"2.0\", \"resource_changes\": []}", ErrorKind::Invalid, "1.x"),
        ("{\"format_version\": \"1.0\", \"values\": {}}", ErrorKind::Invalid, "a state, no plan"),
        ("{\"format_version\": \"1.0\", \"resource_changes\": 3}", ErrorKind::Invalid, "is no list"),
        ("PK\u{3}\u{4}", ErrorKind::Invalid, "terraform show -json"),
        ("{\"@level\":\"info\"}\n{\"@level\":\"info\"}", ErrorKind::Invalid, "a log of"),
        (&deep, ErrorKind::Limit, "nested deeper"),
    ];
    let base = estate();
    for (text, kind, told) in cases {
        let error = scenario_of_plan(&base, "x", "plan.json", text.as_bytes(), &context()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(told), "no {told:?} in {error}");
    }
    let limits = Limits { payload_bytes: 1 << 10, ..Limits::default() };
    let small = Context { limits, ..context() };
    let error = scenario_of_plan(&base, "x", "plan.json", &vec![b' '; 2 << 10], &small).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    let error = scenario_of_terraform_plan(&base, "x", "nowhere/plan.json", &context()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    let stopped = context();
    stopped.cancel.cancel();
    let error = scenario_of_plan(&base, "x", "plan.json", b"{}", &stopped).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
}

fn deployment(name: &str, replicas: u32, image: &str) -> String {
    let text = CART.replace("cart", name).replace("replicas: 2", &format!("replicas: {replicas}"));
    text.replace(&format!("{name}:1"), &format!("{name}:{image}"))
}

/// The scenario of two trees on a base that was read of the earlier one.
fn between(before: &Tree, after: &Tree) -> Planned {
    scenario_of_trees(&snapshot(before), "next", before, after, &ScanOptions::default()).unwrap()
}

#[test]
fn two_versions_of_a_folder_differ_by_changes() {
    let before = Tree::of(&[("a.yaml", CART), ("b.yaml", &deployment("pay", 1, "1"))]);
    assert!(drafts(&between(&before, &before)).is_empty());
    let after = before.with("a.yaml", Some(&deployment("cart", 4, "2"))).without("b.yaml");
    let after = after.with("c.yaml", Some(&deployment("mail", 1, "1")));
    let planned = between(&before, &after);
    assert_eq!(
        drafts(&planned),
        [
            r#"{"change":"add","name":"mail"}"#,
            r#"{"change":"scale","entity":"cart","replicas":4,"now":2}"#,
            r#"{"change":"upgrade","entity":"cart","version":"2"}"#,
            r#"{"change":"remove","entity":"pay"}"#,
        ]
    );
    assert!(planned.scenario.left_out().is_empty(), "{:?}", left_out(&planned));
    let back = between(&after, &before);
    assert!(drafts(&back).contains(&r#"{"change":"remove","entity":"mail"}"#.to_owned()), "{:?}", drafts(&back));
}

#[test]
fn what_could_not_be_read_takes_nothing_away() {
    let before = Tree::of(&[("a.yaml", CART), ("b.yaml", &deployment("pay", 1, "1"))]);
    let broken = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: pay\n  - [\n";
    let in_its_own_file = before.with("b.yaml", None);
    let in_a_broken_file = before.with("b.yaml", Some(broken));
    let moved_to_a_broken_file = before.without("b.yaml").with("c.yaml", Some(broken));
    for (after, path) in [(in_its_own_file, "b.yaml"), (in_a_broken_file, "b.yaml"), (moved_to_a_broken_file, "c.yaml")]
    {
        let after = after.with("a.yaml", Some(&deployment("cart", 3, "1")));
        let planned = between(&before, &after);
        assert_eq!(drafts(&planned), [r#"{"change":"scale","entity":"cart","replicas":3,"now":2}"#], "{path}");
        let told = left_out(&planned);
        assert!(
            told.iter().any(|left| left.starts_with("remove pay: it may still be in") && left.contains(path)),
            "{told:?}"
        );
        assert!(!planned.diagnostics.is_empty());
    }
    // What was broken before and is the same is no place to move to.
    let odd = before.with("odd.yaml", Some(broken));
    let planned = between(&odd, &odd.without("b.yaml"));
    assert_eq!(drafts(&planned), [r#"{"change":"remove","entity":"pay"}"#], "{:?}", left_out(&planned));
    assert!(planned.scenario.assumptions().iter().any(|said| said.contains("earlier version")));
}

#[test]
fn folders_that_are_none_are_refused() {
    let here = env!("CARGO_MANIFEST_DIR");
    let base = estate();
    for (before, after) in [("nowhere", here), (here, "nowhere")] {
        let error = scenario_of_folders(&base, "x", before, after, &ScanOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains("nowhere"), "{error}");
    }
}
