//! Terraform code: what is read, what is rejected and where, and that secrets stay out.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload, Recognition};
use twin_connector_iac::terraform_hcl::TerraformHcl;
use twin_core::observe::Outcome;

use reading::{check_unreadable, fixtures, incoming, origin, read, told};

/// Code, how many blocks it has, and lines that its reading tells.
type Case = (&'static str, u64, &'static [&'static str]);

fn check(path: &str, cases: &[Case]) {
    for (text, count, expected) in cases {
        let decoded = read(&TerraformHcl, path, text.as_bytes());
        let told = told(&decoded);
        assert_eq!(incoming(&decoded), *count, "{text}\n{}", told.join("\n"));
        for line in *expected {
            assert!(told.iter().any(|said| said.trim().starts_with(line)), "no {line:?} in\n{}", told.join("\n"));
        }
        assert!(!format!("{decoded:?}").contains("canary"), "a secret in {decoded:?}");
    }
}

/// What one block tells of itself.
const BLOCKS: [Case; 11] = [
    (
        "locals {\n  env = \"prod\"\n}\nresource \"aws_sqs_queue\" \"q\" {\n  name = format(\"%s-%s\", local.env, \"jobs\")\n}\nresource \"aws_sns_topic\" \"t\" {\n  name = join(\"-\", [local.env, \"news\"])\n}\n",
        3,
        &["is prod-jobs <- main.tf:5 \"local.env\"", "is prod-news <- main.tf:8 \"local.env\""],
    ),
    (
        "resource \"aws_vpc\" \"v\" {\n  depends_on = [resource.aws_eip.e, \"aws_eip.f\"]\n  provider = \"aws.far\"\n}\nresource \"aws_eip\" \"e\" {}\nresource \"aws_eip\" \"f\" {}\n",
        3,
        &[
            "dependsOn Resource aws_eip.e <- main.tf:2 \"aws_eip.e\"",
            "dependsOn Resource aws_eip.f <- main.tf:2 \"aws_eip.f\"",
        ],
    ),
    (
        "resource \"aws_db_instance\" \"main\" {\n  identifier = \"orders\"\n  engine = \"postgres\"\n  port = 5432\n  password = \"canary\"\n  availability_zone = \"eu-central-1a\"\n}\n",
        1,
        &[
            "DataStore aws_db_instance.main",
            "is orders <- main.tf:2 \"orders\"",
            "platform.kind = aws_db_instance <- main.tf:1 \"aws_db_instance\"",
            "protocol = postgres <- main.tf:3",
            "port = 5432 <- main.tf:4 \"5432\"",
            "cloud.availability_zone = eu-central-1a",
            "answers to native_id:aws_db_instance.main",
        ],
    ),
    (
        "data \"aws_db_instance\" \"theirs\" {\n  db_instance_identifier = \"x\"\n}\n",
        1,
        &["Resource data.aws_db_instance.theirs", "condition = data source <- main.tf:1 \"theirs\""],
    ),
    (
        "resource \"aws_instance\" \"web\" {\n  count = 3\n}\nresource \"aws_instance\" \"more\" {\n  for_each = var.names\n}\n",
        2,
        &["replicas = 3 <- main.tf:2 \"count\"", "condition = for_each <- main.tf:5 \"for_each\""],
    ),
    (
        "resource \"random_password\" \"p\" {\n  length = 16\n  keepers = { token = \"canary\" }\n}\n",
        1,
        &["Resource random_password.p", "is random_password.p <- main.tf:1 \"p\""],
    ),
    (
        "resource \"google_sql_database_instance\" \"db\" {\n  name = \"db\"\n}\nprovider \"google\" {\n  project = \"p-1\"\n  region = \"europe-west1\"\n  credentials = \"canary\"\n}\n",
        2,
        &["cloud.account.id = p-1 <- main.tf:1 \"db\"", "cloud.region = europe-west1", "Configuration module"],
    ),
    (
        "resource \"aws_sns_topic\" \"t\" {}\nimport {\n  to = aws_sns_topic.t\n  id = \"arn:aws:sns:eu-central-1:123:t\"\n}\n",
        2,
        &["answers to native_id:arn:aws:sns:eu-central-1:123:t <- main.tf:4", "cloud.account.id = 123"],
    ),
    (
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n  tags = {\n    Team = \"Web\"\n    \"env\" = \"prod\"\n    secret = \"canary\"\n  }\n}\n",
        1,
        &["ownedBy team:web <- main.tf:4 \"Web\"", "deployment.environment.name = prod <- main.tf:5", "Team web"],
    ),
    (
        "module \"net\" {\n  source = \"git::https://bot:canary@git.example/infra/net.git?ref=v2\"\n  for_each = local.nets\n}\n",
        1,
        &[
            "Resource module.net",
            "platform.kind = module",
            "condition = for_each <- main.tf:3",
            "dependsOn package:pkg:generic/git.example/infra/net v2 <- main.tf:2 \"infra/net\"",
            "Package pkg:generic/git.example/infra/net",
        ],
    ),
    (
        "terraform {\n  backend \"s3\" {\n    secret_key = \"canary\"\n  }\n}\nvariable \"a\" {\n  default = \"canary\"\n}\nlocals {\n  b = \"canary\"\n}\noutput \"c\" {\n  value = \"canary\"\n}\nmoved {\n  from = a.b\n  to   = a.c\n}\nremoved {\n  from = a.d\n}\ncheck \"up\" {\n  data \"http\" \"x\" {\n    url = \"https://canary.example\"\n  }\n}\n",
        7,
        &["Configuration module", "platform.kind = terraform module <- main.tf:1 \"terraform\""],
    ),
];

#[test]
fn a_block_tells_what_its_type_may_tell() {
    check("main.tf", &BLOCKS);
}

#[test]
fn the_ends_of_lines_and_a_mark_at_the_beginning_change_nothing() {
    for (text, ..) in BLOCKS.iter().chain(&PEERS) {
        let marked = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let told = |text: &str| told(&read(&TerraformHcl, "main.tf", text.as_bytes()));
        assert_eq!(told(&marked), told(text), "{text}");
    }
}

/// How variables of functions and containers name their peers.
const PEERS: [Case; 6] = [
    (
        "resource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  environment {\n    variables = {\n      A_URL = \"http://${local.host}:8080/x?k=canary\"\n      B = \"canary\"\n      OTEL_SERVICE_NAME = \"mailer\"\n    }\n  }\n}\nlocals {\n  host = \"ledger.internal\"\n}\n",
        2,
        &[
            "connectsTo host:ledger.internal 8080 http <- main.tf:5 \"local.host\"",
            "answers to service_name:mailer <- main.tf:7 \"mailer\"",
        ],
    ),
    (
        "resource \"aws_lambda_function\" \"f\" {\n  environment {\n    variables = merge(local.common, { A_HOST = \"a.internal\" })\n  }\n}\nlocals {\n  common = { B_HOST = \"b.internal\", C_HOST = var.c }\n}\nvariable \"c\" {\n  default = \"c.internal\"\n}\n",
        3,
        &["connectsTo host:a.internal", "connectsTo host:b.internal", "connectsTo host:c.internal"],
    ),
    (
        "resource \"aws_lambda_function\" \"f\" {\n  environment {\n    variables = {\n      DB = \"postgres://u:${random_password.p.result}@${aws_rds_cluster.c.endpoint}:${aws_rds_cluster.c.port}/orders\"\n      CACHE_HOST = element(split(\":\", aws_elasticache_cluster.e.cache_nodes[0].address), 0)\n      USER_POOL = aws_cognito_user_pool.u.id\n    }\n  }\n}\nresource \"random_password\" \"p\" {}\nresource \"aws_rds_cluster\" \"c\" {}\nresource \"aws_elasticache_cluster\" \"e\" {}\nresource \"aws_cognito_user_pool\" \"u\" {}\n",
        5,
        &[
            "connectsTo DataStore aws_rds_cluster.c orders postgres",
            "connectsTo Cache aws_elasticache_cluster.e",
            "connectsTo IdentityProvider aws_cognito_user_pool.u",
            "dependsOn Resource random_password.p <- main.tf:4 \"random_password.p\"",
        ],
    ),
    (
        "resource \"google_cloud_run_v2_service\" \"s\" {\n  name = \"s\"\n  template {\n    containers {\n      env {\n        name = \"RATES_HOST\"\n        value = \"rates.internal\"\n      }\n      dynamic \"env\" {\n        for_each = local.more\n        content {\n          name = \"X_HOST\"\n          value = \"x.internal\"\n        }\n      }\n    }\n  }\n}\n",
        1,
        &["connectsTo host:rates.internal <- main.tf:7", "connectsTo host:x.internal <- main.tf:13"],
    ),
    (
        "resource \"aws_ecs_task_definition\" \"t\" {\n  family = \"t\"\n  container_definitions = <<-EOT\n    [{\"name\": \"t\",\n      \"environment\": [{\"name\": \"LEDGER_URL\", \"value\": \"http://ledger.internal:80\"},\n        {\"name\": \"DB_HOST\", \"value\": \"${aws_db_instance.d.address}\"}],\n      \"secrets\": [{\"name\": \"X\", \"valueFrom\": \"canary\"}]}]\n  EOT\n}\nresource \"aws_db_instance\" \"d\" {}\n",
        2,
        &[
            "connectsTo host:ledger.internal 80 http <- main.tf:5",
            "connectsTo DataStore aws_db_instance.d <- main.tf:6",
        ],
    ),
    (
        "variable \"host\" {\n  default = \"canary.internal\"\n  sensitive = true\n}\nresource \"aws_lambda_function\" \"f\" {\n  environment {\n    variables = {\n      A_HOST = var.host\n      SELF_NAME = aws_lambda_function.f.function_name\n      LOG_LEVEL = var.level\n    }\n  }\n}\n",
        2,
        &["connectsTo module_value:var.host <- main.tf:8 \"var.host\""],
    ),
];

#[test]
fn variables_name_peers_and_nothing_else_of_them_leaves() {
    check("main.tf", &PEERS);
    let decoded = read(&TerraformHcl, "main.tf", PEERS[5].0.as_bytes());
    let connections = told(&decoded).into_iter().filter(|line| line.contains("connectsTo")).count();
    assert_eq!(connections, 1, "{:?}", told(&decoded));
}

/// JSON syntax says the same.
const JSON: [Case; 3] = [
    (
        r#"{
  "//": "canary",
  "resource": {
    "aws_db_instance": {
      "main": { "identifier": "orders", "password": "canary", "tags": { "team": "web" } },
      "copy": [{ "depends_on": ["aws_db_instance.main"], "count": 2 }]
    },
    "aws_lambda_function": {
      "f": { "environment": { "variables": { "DB_HOST": "${aws_db_instance.main.address}", "KEY": "canary" } } }
    }
  },
  "locals": { "a": "canary" },
  "variable": { "x": {}, "y": { "default": "canary" } },
  "module": { "net": { "source": "acme/net/aws", "version": "1.0" } },
  "provider": { "aws": [{ "region": "eu-central-1" }, { "alias": "far", "region": "us-west-2" }] }
}"#,
        9,
        &[
            "DataStore aws_db_instance.main",
            "is orders <- main.tf.json:5 \"orders\"",
            "ownedBy team:web",
            "dependsOn DataStore aws_db_instance.main <- main.tf.json:6 \"aws_db_instance.main\"",
            "connectsTo DataStore aws_db_instance.main <- main.tf.json:9 \"aws_db_instance.main\"",
            "cloud.region = eu-central-1",
            "dependsOn package:pkg:terraform/acme/net/aws 1.0",
            "replicas = 2",
        ],
    ),
    (r#"{"resource": {"a": {"b": 7}}, "odd": {}}"#, 2, &["! shape main.tf.json:1", "! unsupported main.tf.json:1"]),
    (r#"[1]"#, 1, &["! shape main.tf.json:1"]),
];

#[test]
fn json_syntax_is_read_as_native_syntax() {
    check("main.tf.json", &JSON);
}

/// Broken code: what is read of it and what is rejected.
const BROKEN: [Case; 14] = [
    ("", 1, &["! syntax main.tf:0: the file is empty"]),
    ("\u{feff}  \r\n", 1, &["! syntax main.tf:0"]),
    ("# nothing yet\n", 0, &["! shape main.tf:0: no block in it"]),
    ("just words\nand more of them, it's \"odd\n{\n", 1, &["! syntax main.tf:"]),
    ("{\"a\": 1}", 1, &["! syntax main.tf:1"]),
    ("a = 1\nb = 2\n", 1, &["! shape main.tf:1: an attribute outside of any block"]),
    ("widget \"a\" {}\nwidget \"b\" {}\n", 2, &["! unsupported main.tf:1", "! unsupported main.tf:2"]),
    (
        "resource \"a\" {}\nvariable {}\nlocals \"x\" {}\n",
        3,
        &["! shape main.tf:1", "! shape main.tf:2", "! shape main.tf:3"],
    ),
    (
        "resource \"aws_vpc\" \"a\" {\n  x = = canary\n}\nresource \"aws_vpc\" \"b\" {}\n",
        2,
        &["! syntax main.tf:2: no HCL", "Resource aws_vpc.b"],
    ),
    (
        "resource \"aws_vpc\" \"a\" {\n  x = \"${\"\n\nresource \"aws_vpc\" \"b\" {}\r\n",
        2,
        &["! syntax main.tf:", "Resource aws_vpc.b"],
    ),
    (
        "resource \"aws_vpc\" \"a\" {}\nresource \"aws_vpc\" \"a\" {}\n",
        2,
        &["! shape main.tf:2: another block has the same address"],
    ),
    ("locals {\n  a = 1\n  a = 2\n}\nlocals {}\n", 2, &["! syntax main.tf:3"]),
    (
        "locals {\n  a = local.b\n  b = local.a\n}\nresource \"aws_sqs_queue\" \"q\" {\n  name = local.a\n}\n",
        2,
        &["is aws_sqs_queue.q"],
    ),
    ("resource \"a\" \"b\" {} resource \"a\" \"c\" {}\n", 1, &["! syntax main.tf:1"]),
];

#[test]
fn what_is_broken_is_rejected_where_it_is_broken_and_the_rest_is_read() {
    check("main.tf", &BROKEN);
    for bytes in [&b"\xff\xfe\x00"[..], b"a \xff", b"a\x00b", b"a\rb"] {
        let decoded = read(&TerraformHcl, "main.tf", bytes);
        assert_eq!((incoming(&decoded), decoded.records.len()), (1, 0));
    }
}

#[test]
fn what_is_nested_too_deep_or_too_large_is_refused_before_it_is_parsed() {
    let many = |text: &str, count: usize| text.repeat(count);
    let cases = [
        format!("a = {}", many("[", 100_000)),
        format!("a = {}", many("{x=", 100_000)),
        format!("a = {}", many("f(", 100_000)),
        format!("a = {}x", many("!", 100_000)),
        format!("a = {}x", many("x ? y : ", 100_000)),
        format!("a = {}x", many("x + ", 100_000)),
        format!("a = {}", many("\"${", 100_000)),
        format!("a = \"{}\"", many("%{if x}", 10_000)),
        format!("a = <<E\n{}", many("${<<E\n", 10_000)),
        many("b {\n", 100_000),
        format!(
            "locals {{\n  a = {{\n{}  }}\n}}\n",
            (0..50_000).map(|key| format!("k{key} = 1\n")).collect::<String>()
        ),
        format!("locals {{\n  a = \"{}\"\n}}\n", many("x", 2 << 20)),
    ];
    for text in cases {
        let decoded = read(&TerraformHcl, "main.tf", text.as_bytes());
        assert!(incoming(&decoded) >= 1 && decoded.outcome != Outcome::Complete, "{:.40}", text);
    }
    let wide = format!(
        "locals {{\n{}}}\n",
        (0..40).map(|place| format!("a{place} = \"${{local.a{0}}}${{local.a{0}}}\"\n", place + 1)).collect::<String>()
    );
    let text = format!("{wide}resource \"aws_sqs_queue\" \"q\" {{\n  name = local.a0\n}}\n");
    let decoded = read(&TerraformHcl, "main.tf", text.as_bytes());
    assert!(told(&decoded).iter().any(|line| line.starts_with("! limit main.tf:0: too many names")));
    assert_eq!(incoming(&decoded), 2);
    let json = format!("{{\"locals\": {}", many("[", 5_000));
    assert_eq!(incoming(&read(&TerraformHcl, "main.tf.json", json.as_bytes())), 1);
}

#[test]
fn files_of_one_folder_are_one_module_and_keys_do_not_name_files() {
    let main: &[u8] = b"resource \"aws_sqs_queue\" \"q\" {\n  name = \"${var.name}-q\"\n}\n";
    let values: &[u8] = b"name = \"shop\"\nother = \"canary\"\n";
    let variables: &[u8] = b"variable \"name\" {}\n";
    let over: &[u8] = b"resource \"aws_sqs_queue\" \"q\" {\n  tags = { team = \"web\" }\n}\n";
    let keys = |names: [&str; 3]| {
        let paths = names.map(|name| format!("infra/prod/{name}"));
        let texts = [main, over, variables];
        let mut payloads: Vec<Payload<'_>> =
            paths.iter().zip(texts).map(|(path, text)| Payload { path, bytes: Ok(text) }).collect();
        payloads.push(Payload { path: "infra/prod/terraform.tfvars", bytes: Ok(values) });
        let decoded = TerraformHcl.decode(&payloads, &origin());
        assert_eq!(decoded.len(), 3);
        assert!(decoded.iter().all(|file| file.outcome == Outcome::Complete), "{decoded:?}");
        assert!(!format!("{decoded:?}").contains("canary"));
        assert!(told(&decoded[0]).iter().any(|line| line.contains("is shop-q <-")), "{:?}", told(&decoded[0]));
        let records = decoded.into_iter().flat_map(|file| file.records);
        records.map(|record| record.key.to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    let first = keys(["main.tf", "main_override.tf", "variables.tf"]);
    assert_eq!(first, keys(["a.tf", "override.tf", "z.tf"]));
    assert!(first.iter().all(|key| !key.contains("infra") && !key.contains(".tf")), "{first:?}");
}

#[test]
fn code_is_recognised_by_its_name_and_belongs_to_its_folder() {
    let cases = [
        ("a/main.tf", Recognition::ByName),
        ("main.tofu", Recognition::ByName),
        ("a/main.tf.json", Recognition::ByName),
        (".tf", Recognition::No),
        ("main.tfvars", Recognition::No),
        ("main.tfstate", Recognition::No),
        ("main.json", Recognition::No),
    ];
    for (path, expected) in cases {
        assert_eq!(TerraformHcl.recognises(path, b""), expected, "{path}");
    }
    assert_eq!(TerraformHcl.group("a/b/main.tf").as_deref(), Some("a/b"));
    assert_eq!(TerraformHcl.companions("a/main.tf", b""), ["a/terraform.tfvars", "a/terraform.tfvars.json"]);
}

#[test]
fn a_file_that_cannot_be_had_takes_nothing_away() {
    check_unreadable(&TerraformHcl, "main.tf");
}

#[test]
fn real_code_is_read_in_full() {
    for (path, bytes) in fixtures("terraform-hcl") {
        let decoded = read(&TerraformHcl, &path, &bytes);
        assert_eq!(decoded.outcome, Outcome::Complete, "{path}: {:?}", decoded.diagnostics);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..400, byte: u8, case in 0usize..6) {
        read(&TerraformHcl, "main.tf", &bytes);
        read(&TerraformHcl, "main.tf.json", &bytes);
        let mut text = PEERS[case].0.as_bytes().to_vec();
        if let Some(place) = text.get_mut(at) {
            *place = byte;
        }
        read(&TerraformHcl, "main.tf", &text);
        let mut json = JSON[0].0.as_bytes().to_vec();
        if let Some(place) = json.get_mut(at) {
            *place = byte;
        }
        read(&TerraformHcl, "main.tf.json", &json);
    }

    #[test]
    fn any_words_of_the_language_are_read_without_a_panic(words in proptest::collection::vec(0usize..24, 0..60)) {
        const WORDS: [&str; 24] = [
            "resource", " \"a\" ", "{\n", "}\n", "[", "]", "(", ")", "\"", "${", "}", "<<E\n", "\nE\n", "=", " x ", ".", ",", "\n", "%{if x}",
            "é", "\\", "/*", "*/", "# ",
        ];
        let text: String = words.iter().filter_map(|word| WORDS.get(*word)).copied().collect();
        read(&TerraformHcl, "main.tf", text.as_bytes());
    }
}
