//! Modules of Terraform code from files to relations: what is declared, what it needs, and when it is what a state keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use twin_connectors::{Entry, EntryKind, Files, Scan, ScanOptions, scan_files};
use twin_core::base::Timestamp;
use twin_core::graph::Snapshot;
use twin_core::observe::{Locator, Outcome, SourceId};
use twin_core::schema::State;
use twin_core::{At, Twin};

type Written<'a> = &'a [(&'a str, &'a str)];

/// A root module with its settings, variables and values in files of their own, and two modules beside it.
const ESTATE: Written<'static> = &[
    (
        "infra/settings.tf",
        r#"terraform {
  required_version = ">= 1.6"
}
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { team = "platform" }
  }
}
provider "aws" {
  alias  = "far"
  region = var.far
}
"#,
    ),
    (
        "infra/variables.tf",
        r#"variable "far" {
  default = "us-west-2"
}
variable "billing_url" {}
variable "master_key" {
  default   = "canary-default"
  sensitive = true
}
locals {
  prefix  = "shop"
  db_host = aws_db_instance.main.address
  tags    = { team = "checkout" }
}
"#,
    ),
    (
        "infra/terraform.tfvars",
        "billing_url = \"https://u:canary-url@billing.internal/v2\"\nmaster_key = \"canary-value\"\n",
    ),
    (
        "infra/main.tf",
        r#"resource "aws_db_instance" "main" {
  identifier = "${local.prefix}-orders"
  engine     = "postgres"
  password   = "canary-password"
  tags       = merge(local.tags, { Environment = "prod" })
}
resource "aws_sqs_queue" "jobs" {
  for_each = toset(["a", "b"])
  name     = "jobs-${each.key}"
  provider = aws.far
}
resource "aws_dynamodb_table" "events" {
  name = "events"
}
resource "aws_lambda_function" "mailer" {
  function_name = "mailer"
  environment {
    variables = {
      DATABASE_URL = "postgres://app:${var.master_key}@${local.db_host}:${aws_db_instance.main.port}/orders"
      QUEUE_URL    = aws_sqs_queue.jobs["a"].url
      TABLE        = aws_dynamodb_table.events.name
      BILLING_URL  = var.billing_url
      API_URL      = module.api.url
      API_TOKEN    = "canary-token"
    }
  }
}
resource "aws_lambda_function" "billing" {
  function_name = "billing"
}
resource "aws_route53_record" "billing" {
  name = "billing.internal"
}
module "api" {
  source  = "../modules/api"
  db_host = module.store.host
  mail    = "mail.internal:25"
}
module "store" {
  source = "../modules/store"
}
module "network" {
  source  = "acme/network/aws"
  version = "~> 5.0"
}
"#,
    ),
    (
        "modules/store/main.tf",
        "resource \"aws_rds_cluster\" \"ledger\" {\n  cluster_identifier = \"ledger\"\n}\noutput \"host\" {\n  value = aws_rds_cluster.ledger.endpoint\n}\n",
    ),
    (
        "modules/api/main.tf",
        r#"variable "db_host" {}
variable "mail" {}
resource "aws_ecs_task_definition" "api" {
  family = "api"
  container_definitions = jsonencode([{
    name        = "api"
    environment = [{ name = "DB_HOST", value = var.db_host }, { name = "KEY", value = "canary-key" }]
  }])
}
resource "aws_ecs_service" "api" {
  name            = "api"
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 2
}
resource "aws_lb" "front" {
  name = "front"
}
output "url" {
  value = "http://${aws_lb.front.dns_name}"
}
"#,
    ),
];

/// Files by their paths; a text that is none cannot be opened.
struct InMemory(BTreeMap<String, Option<String>>);

impl Files for InMemory {
    fn list(&self, folder: &str, up_to: usize) -> io::Result<Vec<Entry>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = self.0.keys().filter_map(|path| path.strip_prefix(prefix.as_str()));
        let entries: BTreeMap<&str, EntryKind> = within
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => (name, EntryKind::Folder),
                None => (rest, EntryKind::File),
            })
            .collect();
        Ok(entries.into_iter().take(up_to + 1).map(|(name, kind)| Entry { name: name.to_owned(), kind }).collect())
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        let held = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        let text = held.as_ref().ok_or(io::ErrorKind::PermissionDenied)?;
        Ok(text.bytes().take(up_to as usize).collect())
    }
}

fn written(files: Written<'_>) -> InMemory {
    InMemory(files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned()))).collect())
}

fn scanned(files: &InMemory) -> Scan {
    scan_files(files, &SourceId("shop".to_owned()), &ScanOptions::default()).expect("a scan that nobody stops ends")
}

fn snapshot(scan: Scan) -> Snapshot {
    let twin = Twin::in_memory();
    let receipt = twin.apply(scan.batches, Timestamp::MIN).expect("it can be applied");
    assert_eq!((receipt.rejected, receipt.late), (0, 0), "{:?}", receipt.diagnostics);
    twin.snapshot(At::now(Timestamp::MIN))
}

/// Every relation of these kinds as `from relation to`.
fn relations(snapshot: &Snapshot, wanted: &[&str]) -> BTreeSet<String> {
    let name = |node| {
        let entity = snapshot.entity(node);
        format!("{}:{}", entity.kind, entity.name.split('@').next().unwrap_or_default())
    };
    let edges = snapshot.edges().filter(|edge| wanted.contains(&edge.edge.relation.as_str()));
    edges.map(|edge| format!("{} {} {}", name(edge.from), edge.edge.relation, name(edge.to))).collect()
}

#[test]
fn what_is_declared_and_what_it_needs_are_found_through_locals_variables_and_modules() {
    let snapshot = snapshot(scanned(&written(ESTATE)));
    let runtime = ["calls", "readsFrom", "writesTo", "cachesIn", "connectsTo", "routesTo", "authenticatesWith"];
    let expected = [
        "Instance:api readsFrom DataStore:ledger",
        "Instance:mailer connectsTo LoadBalancer:front",
        "Instance:mailer connectsTo Queue:aws_sqs_queue.jobs",
        "Instance:mailer readsFrom DataStore:events",
        "Instance:mailer readsFrom DataStore:shop-orders",
    ];
    assert_eq!(relations(&snapshot, &runtime), expected.map(str::to_owned).into());
    let expected = [
        "Component:mailer dependsOn DataStore:events",
        "Component:mailer dependsOn DataStore:shop-orders",
        "Component:mailer dependsOn Queue:aws_sqs_queue.jobs",
        "Component:mailer dependsOn Resource:module.api",
        "Resource:module.api dependsOn Component:api",
        "Resource:module.api dependsOn LoadBalancer:front",
        "Resource:module.api dependsOn Resource:module.store",
        "Resource:module.network dependsOn Package:acme/network/aws",
        "Resource:module.store dependsOn DataStore:ledger",
    ];
    assert_eq!(relations(&snapshot, &["dependsOn"]), expected.map(str::to_owned).into());
    let expected = [
        "Component:billing ownedBy Team:platform",
        "Component:mailer ownedBy Team:platform",
        "DataStore:events ownedBy Team:platform",
        "DataStore:shop-orders ownedBy Team:checkout",
        "Resource:billing.internal ownedBy Team:platform",
    ];
    assert_eq!(relations(&snapshot, &["ownedBy"]), expected.map(str::to_owned).into());
    assert!(snapshot.pages().diagnostics.is_empty(), "{:?}", snapshot.pages().diagnostics);
}

#[test]
fn a_store_that_fails_reaches_the_function_of_another_module() {
    let snapshot = snapshot(scanned(&written(ESTATE)));
    let ledger = snapshot.find("ledger").expect("it is known");
    let answer = snapshot.blast_radius(ledger).state(State::Down).run();
    let reached: Vec<&str> = answer.value.iter().map(|hit| hit.entity.name.as_str()).collect();
    assert_eq!(reached, ["api"]);
}

#[test]
fn evidence_stands_where_it_says_and_no_secret_leaves() {
    let scan = scanned(&written(ESTATE));
    assert!(!format!("{scan:?}").contains("canary"));
    let line = |path: &str, line: u32| {
        let text = ESTATE.iter().find(|(known, _)| *known == path).map(|(_, text)| *text).unwrap_or_default();
        text.lines().nth(line as usize - 1).unwrap_or_default()
    };
    let records = scan.batches.iter().flat_map(|batch| &batch.records);
    let steps = records.flat_map(|record| &record.observations).flat_map(|said| &said.evidence.chain);
    let mut count = 0;
    for step in steps {
        let Locator::Line { path, line: number } = &step.locator else { panic!("{}", step.locator) };
        assert!(!step.raw.is_empty() && line(path, *number).contains(&step.raw), "{} {:?}", step.locator, step.raw);
        count += 1;
    }
    assert!(count > 100, "{count}");
}

/// A state of one function, kept in a file.
const STATE: &str = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l-1", "resources": [
  {"mode": "managed", "type": "aws_lambda_function", "name": "mailer", "instances": [{"attributes": {"function_name": "mailer-1"}}]},
  {"mode": "managed", "type": "aws_sqs_queue", "name": "jobs", "instances": [{"index_key": 0, "attributes": {"name": "jobs"}}]}]}"#;

#[test]
fn a_resource_is_that_of_a_state_only_where_that_is_certain() {
    const CODE: &str =
        "resource \"aws_lambda_function\" \"mailer\" {}\nresource \"aws_sqs_queue\" \"jobs\" {\n  count = 1\n}\n";
    let cases: [(&str, &str, &str, usize); 6] = [
        ("the state of the folder", "", "a/terraform.tfstate", 1),
        (
            "a named state",
            "terraform {\n  backend \"local\" {\n    path = \"../kept/prod.tfstate\"\n  }\n}\n",
            "kept/prod.tfstate",
            1,
        ),
        (
            "a state kept elsewhere",
            "terraform {\n  backend \"s3\" {\n    key = \"terraform.tfstate\"\n  }\n}\n",
            "a/terraform.tfstate",
            2,
        ),
        (
            "a path that is none",
            "terraform {\n  backend \"consul\" {\n    path = \"terraform.tfstate\"\n  }\n}\n",
            "a/terraform.tfstate",
            2,
        ),
        ("the state of another folder", "", "b/terraform.tfstate", 2),
        ("the state of a workspace", "", "a/terraform.tfstate.d/prod/terraform.tfstate", 2),
    ];
    for (what, settings, state, functions) in cases {
        let snapshot = snapshot(scanned(&written(&[
            ("a/main.tf", CODE),
            ("a/settings.tf", &format!("{settings}# end\n")),
            (state, STATE),
        ])));
        let of_kind = |kind: &str| snapshot.nodes().filter(|node| snapshot.entity(*node).kind.as_str() == kind).count();
        assert_eq!((of_kind("Component"), of_kind("Instance"), of_kind("Queue")), (functions, functions, 2), "{what}");
    }
}

#[test]
fn the_same_code_in_two_folders_is_two_modules() {
    const CODE: &str = "resource \"aws_db_instance\" \"main\" {\n  identifier = \"orders\"\n}\n";
    let snapshot = snapshot(scanned(&written(&[("prod/db/main.tf", CODE), ("test/db/main.tf", CODE)])));
    let stores = snapshot.nodes().filter(|node| snapshot.entity(*node).name == "orders");
    assert_eq!(stores.count(), 2);
}

#[test]
fn a_file_that_cannot_be_opened_makes_its_module_partial_and_no_other() {
    let mut files = written(ESTATE);
    files.0.insert("infra/variables.tf".to_owned(), None);
    let scan = scanned(&files);
    for batch in scan.batches.iter().filter(|batch| batch.scope.path.ends_with(".tf")) {
        let partial = batch.outcome != Outcome::Complete;
        assert_eq!(partial, batch.scope.path.starts_with("infra/"), "{}", batch.scope);
    }
}
