//! Terraform plans, whatever they hold: no panic, no secret, and counts that add up.

use proptest::prelude::*;
use serde_json::{Value, json};
use twin_connector_base::{Decoder, Origin, Payload};
use twin_connector_iac::terraform_plan::TerraformPlan;
use twin_connector_iac::terraform_state::TerraformState;
use twin_core::base::{Limits, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::observe::{Batch, Scope, SourceId};
use twin_core::simulate::Scenario;
use twin_core::{At, Twin};

/// A base with a database, a service, and a queue in two copies.
fn base() -> Snapshot {
    let instance = |key: Value, attributes: Value| json!({"index_key": key, "attributes": attributes});
    let resource =
        |of: &str, instances: Vec<Value>| json!({"mode": "managed", "type": of, "name": "it", "instances": instances});
    let state = json!({"version": 4, "lineage": "l", "resources": [
        resource("aws_db_instance", vec![json!({"attributes": {"identifier": "orders", "engine_version": "15"}})]),
        resource("aws_ecs_service", vec![json!({"attributes": {"name": "api", "desired_count": 2}})]),
        resource("aws_sqs_queue", vec![instance(json!(0), json!({"name": "a"})), instance(json!(1), json!({"name": "b"}))]),
    ]});
    let text = state.to_string();
    let source = SourceId("state".to_owned());
    let origin = Origin { source: source.clone(), limits: Limits::default() };
    let decoded = TerraformState.decode(&[Payload { path: "s.tfstate", bytes: Ok(text.as_bytes()) }], &origin);
    let mut batch = Batch::full(Scope::new(&source, "s.tfstate"), TerraformState.capability());
    batch.records = decoded.into_iter().flat_map(|one| one.records).collect();
    let twin = Twin::in_memory();
    twin.apply(vec![batch], Timestamp::MIN).unwrap();
    twin.snapshot(At::now(Timestamp::MIN))
}

/// The values that stand in a plan where they must not leave it.
const SECRET: &str = "canary secret";

fn attributes() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0u32..5).prop_map(Value::from),
        Just(json!(SECRET)),
        Just(json!("eu-west-1a")),
        Just(json!([{"a": SECRET}])),
        Just(json!({"metadata": 1})),
    ];
    let keys = [
        "desired_count",
        "engine_version",
        "availability_zone",
        "instance_class",
        "multi_az",
        "password",
        "tags",
        "arn",
    ];
    prop_oneof![
        8 => proptest::collection::btree_map(proptest::sample::select(keys.to_vec()), value, 0..6).prop_map(|map| json!(map)),
        1 => Just(Value::Null),
        1 => Just(json!([1])),
    ]
}

fn resource_change() -> impl Strategy<Value = Value> {
    let of = ["aws_db_instance", "aws_ecs_service", "aws_sqs_queue", "aws_iam_role_policy", "acme_widget"];
    let actions = ["no-op", "create", "delete", "update", "read", "forget", "explode"];
    let actions = prop_oneof![
        8 => proptest::sample::select(actions.to_vec()).prop_map(|action| json!([action])),
        2 => Just(json!(["delete", "create"])),
        1 => Just(json!([])),
        1 => Just(json!("update")),
    ];
    let index = prop_oneof![Just(""), Just("[0]"), Just("[1]"), Just("[\"k\"]")];
    (proptest::sample::select(of.to_vec()), index, actions, attributes(), attributes(), attributes(), 0u8..10).prop_map(
        |(of, index, actions, before, after, marks, odd)| match odd {
            0 => json!(7),
            1 => json!({"address": "x"}),
            _ => json!({"address": format!("{of}.it{index}"), "mode": if odd == 2 { "data" } else { "managed" }, "type": of, "deposed": if odd == 3 { json!("d") } else { Value::Null },
                "change": {"actions": actions, "before": before, "after": after, "after_unknown": marks, "after_sensitive": {"password": true}}}),
        },
    )
}

fn check(base: &Snapshot, plan: &Value) {
    let text = plan.to_string();
    let read = TerraformPlan::read("plan.json", text.as_bytes(), &Limits::default()).unwrap();
    let told = read.changes_on(base);
    let counts = told.counts;
    let listed = plan["resource_changes"].as_array().map_or(0, Vec::len) as u64;
    assert_eq!(counts.listed, listed, "{counts:?}");
    assert_eq!(
        listed,
        counts.unchanged + counts.read + counts.changed + counts.left_out + counts.rejected,
        "{counts:?}"
    );
    assert!(told.left_out.len() as u64 >= counts.left_out, "what is left out is told: {told:?}");
    let (_, unplaced) = Scenario::of_known(base, "planned", &told.changes);
    let all = format!("{told:?} {unplaced:?} {read:?}");
    assert!(!all.contains(SECRET), "{all}");
    assert_eq!(format!("{:?}", read.changes_on(base)), format!("{told:?}"), "the same again");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_resource_change_is_told(resources in proptest::collection::vec(resource_change(), 0..12), names in proptest::collection::vec("(aws_db_instance|aws_ecs_service|module|var)\\.(it|x)(\\.[a-z]{1,3})?", 0..6)) {
        let of = |of: &str| json!({"address": format!("{of}.it"), "expressions": {"x": {"references": names}}});
        let configuration = json!({"root_module": {"resources": [of("aws_db_instance"), of("aws_ecs_service"), of("aws_sqs_queue")],
            "module_calls": {"it": {"expressions": {"x": {"references": names}}, "module": {"outputs": {"x": {"expression": {"references": names}}}}}}}});
        check(&base(), &json!({"format_version": "1.2", "resource_changes": resources, "configuration": configuration}));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..600, byte: u8) {
        prop_assert!(TerraformPlan::read("plan.json", &bytes, &Limits::default()).is_err());
        let change = json!({"actions": ["update"], "before": {"desired_count": 1}, "after": {"desired_count": 2}, "after_unknown": {}});
        let resource = json!({"address": "aws_ecs_service.it", "mode": "managed", "type": "aws_ecs_service", "change": change});
        let mut plan = json!({"format_version": "1.2", "resource_changes": [resource]}).to_string().into_bytes();
        if let Some(place) = plan.get_mut(at) {
            *place = byte;
        }
        if let Ok(read) = TerraformPlan::read("plan.json", &plan, &Limits::default()) {
            let counts = read.changes_on(&base()).counts;
            prop_assert_eq!(counts.listed, counts.unchanged + counts.read + counts.changed + counts.left_out + counts.rejected);
        }
    }
}
