//! Terraform states: what is read, what is rejected and where, and that secrets stay out.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use serde_json::json;
use twin_connector_base::{Decoder, Recognition};
use twin_connector_iac::terraform_state::TerraformState;
use twin_core::observe::{Outcome, Statement};

use reading::{check_unreadable, fixtures, incoming, read, told};

/// A state with these resources.
fn state(resources: serde_json::Value) -> String {
    let state = json!({
        "version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l-1",
        "outputs": {"password": {"value": "canary-output", "type": "string", "sensitive": true}},
        "resources": resources,
    });
    serde_json::to_string_pretty(&state).unwrap()
}

fn resource(resource_type: &str, attributes: serde_json::Value) -> serde_json::Value {
    json!({"mode": "managed", "type": resource_type, "name": "it", "instances": [{"attributes": attributes}]})
}

/// Checks that a state tells each of these lines, wherever they stand.
fn check(state: &str, expected: &[&str]) {
    let decoded = read(&TerraformState, "prod.tfstate", state.as_bytes());
    let told = told(&decoded);
    for line in expected {
        assert!(told.iter().any(|said| said.trim().starts_with(line)), "no {line:?} in\n{}", told.join("\n"));
    }
}

/// A type of resource, its attributes, and lines that its reading tells.
type Case = (&'static str, serde_json::Value, Vec<&'static str>);

/// Databases, caches and brokers.
fn stores() -> Vec<Case> {
    vec![
        (
            "aws_db_instance",
            json!({"identifier": "orders-db", "arn": "arn:aws:rds:eu-central-1:123:db:orders-db", "endpoint": "Orders.x.rds.example:5432",
                   "port": 5432, "engine": "postgres", "password": "canary-db", "tags_all": {"team": "checkout"}}),
            vec![
                "DataStore aws_db_instance.it",
                "is orders-db <- prod.tfstate#0/resources/0/instances/0/attributes/identifier \"orders-db\"",
                "answers to native_id:arn:aws:rds:eu-central-1:123:db:orders-db",
                "answers to host:orders.x.rds.example <- prod.tfstate#0/resources/0/instances/0/attributes/endpoint \"Orders.x.rds.example\"",
                "port = 5432",
                "protocol = postgres",
                "cloud.region = eu-central-1",
                "cloud.account.id = 123",
                "ownedBy team:checkout",
                "Team checkout",
            ],
        ),
        (
            "aws_elasticache_replication_group",
            json!({"replication_group_id": "sessions", "primary_endpoint_address": "s.cache.example", "auth_token": "canary-token"}),
            vec!["Cache aws_elasticache_replication_group.it", "is sessions", "answers to host:s.cache.example"],
        ),
        (
            "aws_msk_cluster",
            json!({"bootstrap_brokers_tls": "b-1.k.example:9094,b-2.k.example:9094"}),
            vec!["Queue aws_msk_cluster.it", "answers to host:b-1.k.example", "answers to host:b-2.k.example"],
        ),
    ]
}

/// What runs: only the endpoints of its variables are told.
fn workloads() -> Vec<Case> {
    vec![
        (
            "aws_lambda_function",
            json!({"function_name": "mailer", "environment": [{"variables": {
                "DATABASE_URL": "postgres://app:canary-url@orders.x.rds.example:5432/orders", "API_TOKEN": "canary-env"}}]}),
            vec!["Workload aws_lambda_function.it", "connectsTo host:orders.x.rds.example"],
        ),
        (
            "aws_ecs_task_definition",
            json!({"family": "api", "arn": "arn:aws:ecs:eu-central-1:123:task-definition/api:3", "container_definitions":
                "[{\"name\":\"api\",\"environment\":[{\"name\":\"LEDGER_URL\",\"value\":\"http://ledger.internal:8080/v1?key=canary-query\"}],\"secrets\":[{\"name\":\"X\",\"valueFrom\":\"canary-from\"}]}]"}),
            vec!["Configuration aws_ecs_task_definition.it", "connectsTo host:ledger.internal"],
        ),
        (
            "aws_ecs_service",
            json!({"name": "api", "task_definition": "arn:aws:ecs:eu-central-1:123:task-definition/api:3", "desired_count": 2}),
            vec![
                "Workload aws_ecs_service.it",
                "replicas = 2",
                "configuredBy native_id:arn:aws:ecs:eu-central-1:123:task-definition/api:3",
            ],
        ),
        (
            "google_cloud_run_v2_service",
            json!({"name": "quotes", "uri": "https://quotes-x.a.run.app", "project": "p-1", "location": "europe-west1",
                   "template": [{"containers": [{"env": [{"name": "RATES_HOST", "value": "rates.internal"}, {"name": "KEY", "value": "canary-run"}]}]}]}),
            vec![
                "Workload google_cloud_run_v2_service.it",
                "answers to host:quotes-x.a.run.app",
                "cloud.account.id = p-1",
                "connectsTo host:rates.internal",
            ],
        ),
    ]
}

/// Other providers, and types of which next to nothing is told.
fn others() -> Vec<Case> {
    vec![
        (
            "azurerm_redis_cache",
            json!({"name": "c", "hostname": "c.redis.example", "ssl_port": 6380, "primary_access_key": "canary-azure", "id": "/subscriptions/1/redis/c"}),
            vec![
                "Cache azurerm_redis_cache.it",
                "answers to host:c.redis.example",
                "port = 6380",
                "answers to native_id:/subscriptions/1/redis/c",
            ],
        ),
        ("github_team", json!({"name": "Core", "slug": "core"}), vec!["Team github_team.it", "answers to team:core"]),
        (
            "random_password",
            json!({"result": "canary-random", "id": "none"}),
            vec!["Resource random_password.it", "platform.kind = random_password"],
        ),
        (
            "aws_iam_access_key",
            json!({"secret": "canary-secret", "id": "AKIA"}),
            vec!["Resource aws_iam_access_key.it"],
        ),
    ]
}

#[test]
fn a_resource_tells_what_its_type_may_tell() {
    for (resource_type, attributes, expected) in [stores(), workloads(), others()].concat() {
        let state = state(json!([resource(resource_type, attributes)]));
        check(&state, &expected);
        let read = format!("{:?}", read(&TerraformState, "prod.tfstate", state.as_bytes()));
        assert!(!read.contains("canary"), "{resource_type}: a secret in {read}");
    }
}

#[test]
fn what_the_state_marks_as_sensitive_is_not_read_even_where_the_table_lists_it() {
    let mut resource = resource("aws_db_instance", json!({"endpoint": "canary.example:1", "port": 5432}));
    resource["instances"][0]["sensitive_attributes"] = json!([[{"type": "get_attr", "value": "endpoint"}]]);
    let decoded = read(&TerraformState, "a.tfstate", state(json!([resource])).as_bytes());
    assert_eq!(decoded.outcome, Outcome::Complete);
    let text = format!("{decoded:?}");
    assert!(!text.contains("canary") && text.contains("5432"), "{text}");
}

#[test]
fn an_instance_is_named_by_its_full_address_and_depends_on_every_instance_that_is_meant() {
    let resources = json!([
        {"module": "module.a.module.b[\"x.y\"]", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "instances": [
            {"index_key": 0, "attributes": {}}, {"index_key": "k", "attributes": {}}, {"index_key": 0, "deposed": "d1", "attributes": {}}]},
        {"mode": "managed", "type": "aws_lambda_function", "name": "f", "instances": [
            {"attributes": {}, "dependencies": ["module.a.module.b.aws_sqs_queue.q", "aws_iam_role.gone"]}]},
        {"mode": "data", "type": "aws_db_instance", "name": "theirs", "instances": [{"attributes": {"address": "theirs.example"}}]},
    ]);
    let address = "module.a.module.b[\"x.y\"].aws_sqs_queue.q";
    let (first, second) = (format!("Queue {address}[0]"), format!("Queue {address}[\"k\"]"));
    let (third, depends) = (format!("Queue {address}[0] (deposed d1)"), format!("dependsOn Queue {address}[\"k\"]"));
    check(
        &state(resources.clone()),
        &[&first, &second, &third, &depends, "Resource data.aws_db_instance.theirs", "condition = data source"],
    );
    let decoded = read(&TerraformState, "a.tfstate", state(resources).as_bytes());
    assert_eq!(incoming(&decoded), 5);
    assert!(decoded.records.iter().all(|record| record.key.cluster.as_deref() == Some("l-1")));
    let answers = decoded.records.iter().flat_map(|record| &record.observations);
    let answers = answers.filter_map(|observation| match &observation.statement {
        Statement::KnownAs(handle) => Some((handle.value.as_str(), handle.within.as_str())),
        _ => None,
    });
    // Only the one instance of a resource of the root module is what the code beside the state declares.
    assert_eq!(answers.collect::<Vec<_>>(), [("aws_lambda_function.f", "terraform state test/a.tfstate")]);
}

#[test]
fn version_3_is_read_from_its_flat_attributes() {
    let old = json!({"version": 3, "terraform_version": "0.11.14", "lineage": "l-3", "modules": [
        {"path": ["root", "shop"], "outputs": {"pw": {"value": "canary"}}, "resources": {
            "aws_db_instance.main.0": {"type": "aws_db_instance", "depends_on": ["aws_vpc.main"], "primary":
                {"id": "x", "attributes": {"address": "db.example", "password": "canary"}}},
            "aws_vpc.main": {"type": "aws_vpc", "primary": {"attributes": {}}},
            "aws_vpc.broken": {"type": "aws_vpc"}}}]});
    let old = old.to_string();
    check(
        &old,
        &[
            "DataStore module.shop.aws_db_instance.main[0]",
            "answers to host:db.example",
            "dependsOn Resource module.shop.aws_vpc.main",
            "! shape",
        ],
    );
    let decoded = read(&TerraformState, "a.tfstate", old.as_bytes());
    assert_eq!(incoming(&decoded), 3);
    assert!(!format!("{decoded:?}").contains("canary"));
}

#[test]
fn bad_states_are_rejected_where_they_are_bad() {
    let whole = state(json!([resource("aws_sqs_queue", json!({}))]));
    let cut = whole.get(..whole.len() / 2).unwrap().to_owned();
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let cases: Vec<(String, u64, &str)> = vec![
        (String::new(), 1, "! syntax a.tfstate:0"),
        ("\u{feff}  \n".to_owned(), 1, "! syntax a.tfstate:0"),
        (cut, 1, "! syntax a.tfstate:"),
        ("{\n\"version\": 4,\n  oops".to_owned(), 1, "! syntax a.tfstate:3"),
        (deep, 1, "! limit a.tfstate:1"),
        ("[]".to_owned(), 1, "! shape a.tfstate:0"),
        ("{\"format_version\": \"1.2\"}".to_owned(), 1, "! not-recognised a.tfstate:0"),
        ("{\"version\": 5}".to_owned(), 1, "! unsupported a.tfstate#0/version: a state of version 5, which is newer"),
        ("{\"version\": 2}".to_owned(), 1, "! unsupported a.tfstate#0/version: a state of version 2, which is too old"),
        ("{\"version\": 4, \"lineage\": \"l\", \"resources\": 7}".to_owned(), 1, "! shape a.tfstate#0/resources"),
        (
            state(
                json!([{"mode": "managed", "type": "t", "name": "n", "instances": [{"attributes": "canary"}, {"attributes": {}}]}]),
            ),
            2,
            "! shape a.tfstate#0/resources/0/instances/0/attributes",
        ),
        (state(json!([{"mode": "managed", "name": "n", "instances": [{}, {}]}])), 2, "! shape a.tfstate#0/resources/0"),
        (
            state(json!([{"mode": "odd", "type": "t", "name": "n", "instances": [{}]}])),
            1,
            "! shape a.tfstate#0/resources/0/mode",
        ),
        (state(json!([{"type": "t", "name": "n", "instances": [{}, {}]}])), 2, "! shape"),
        (state(json!([7])), 1, "! shape a.tfstate#0/resources/0"),
    ];
    for (text, count, expected) in cases {
        let decoded = read(&TerraformState, "a.tfstate", text.as_bytes());
        assert_eq!(incoming(&decoded), count, "{expected}");
        assert!(told(&decoded).iter().any(|line| line.starts_with(expected)), "{expected}: {:?}", told(&decoded));
        assert!(decoded.outcome != Outcome::Complete && !format!("{decoded:?}").contains("canary"));
    }
}

#[test]
fn an_empty_state_is_complete() {
    let decoded = read(&TerraformState, "a.tfstate", state(json!([])).as_bytes());
    assert_eq!((incoming(&decoded), decoded.outcome), (0, Outcome::Complete));
}

#[test]
fn states_are_recognised_by_name_and_by_content_and_backups_are_not() {
    let state = state(json!([]));
    let cases = [
        ("prod.tfstate", "", Recognition::ByName),
        ("state.json", state.as_str(), Recognition::ByContent),
        ("prod.tfstate.backup", state.as_str(), Recognition::No),
        ("package.json", "{\"version\": \"4\"}", Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(TerraformState.recognises(path, head.as_bytes()), expected, "{path}");
    }
}

/// How many instances a state lists, counted without the decoder; what is no state counts as one.
fn listed(bytes: &[u8]) -> u64 {
    let Ok(state) = serde_json::from_slice::<serde_json::Value>(bytes) else { return 1 };
    let all = |key: &str| state[key].as_array().cloned().unwrap_or_default();
    let count_of = |list: &serde_json::Value| list.as_array().map_or(1, Vec::len) as u64;
    match state["version"].as_u64() {
        Some(4) => all("resources").iter().map(|one| count_of(&one["instances"])).sum(),
        Some(3) => {
            all("modules").iter().map(|one| one["resources"].as_object().map_or(0, |all| all.len() as u64)).sum()
        }
        _ => 1,
    }
}

#[test]
fn real_states_are_read_in_full() {
    for (path, bytes) in fixtures("terraform-state").into_iter().chain(fixtures("terraform-real-1.11.4")) {
        let decoded = read(&TerraformState, &path, &bytes);
        assert_eq!(incoming(&decoded), listed(&bytes), "{path}");
        assert!(!format!("{decoded:?}").contains("hunter2"), "{path}: a secret");
    }
}

#[test]
fn a_file_that_cannot_be_had_takes_nothing_away() {
    check_unreadable(&TerraformState, "a.tfstate");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..900, byte: u8) {
        read(&TerraformState, "a.tfstate", &bytes);
        let mut state = state(json!([resource("aws_db_instance", json!({"endpoint": "db.example:5432", "tags": {"team": "a"}}))])).into_bytes();
        if let Some(place) = state.get_mut(at) {
            *place = byte;
        }
        read(&TerraformState, "a.tfstate", &state);
    }
}
