//! Organisations of several parts: things of one name in more than one of them, workers, stores, screens and drafts beside services, things that are renamed where they
//! run, and systems that each write names in their own way and know only some of the things.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Records, Style, mistyped};
use crate::synthetic::Random;

const NOUNS: [&str; 101] = [
    "account",
    "invoice",
    "ledger",
    "parcel",
    "courier",
    "ticket",
    "booking",
    "seat",
    "route",
    "fare",
    "stock",
    "price",
    "basket",
    "voucher",
    "loyalty",
    "customer",
    "profile",
    "session",
    "token",
    "notification",
    "message",
    "template",
    "report",
    "audit",
    "search",
    "index",
    "media",
    "asset",
    "image",
    "video",
    "upload",
    "document",
    "contract",
    "signature",
    "payment",
    "refund",
    "payout",
    "settlement",
    "fraud",
    "risk",
    "claim",
    "policy",
    "quote",
    "rating",
    "review",
    "comment",
    "feed",
    "timeline",
    "graph",
    "location",
    "address",
    "geo",
    "weather",
    "sensor",
    "device",
    "firmware",
    "telemetry",
    "event",
    "stream",
    "pipeline",
    "schema",
    "feature",
    "flag",
    "experiment",
    "campaign",
    "segment",
    "content",
    "page",
    "block",
    "widget",
    "theme",
    "form",
    "survey",
    "poll",
    "calendar",
    "schedule",
    "shift",
    "roster",
    "employee",
    "payroll",
    "benefit",
    "expense",
    "travel",
    "vehicle",
    "trip",
    "driver",
    "map",
    "tile",
    "permit",
    "licence",
    "registry",
    "archive",
    "backup",
    "export",
    "import",
    "convert",
    "render",
    "print",
    "label",
    "barcode",
    "scan",
];
const MODIFIERS: [&str; 15] = [
    "public", "internal", "partner", "legacy", "core", "global", "regional", "mobile", "smart", "bulk", "live",
    "shadow", "secure", "open", "rapid",
];
const PARTS: [&str; 8] = ["shop", "core", "ops", "data", "identity", "billing", "field", "crm"];
/// What every part may have, under the same name.
const EVERYWHERE: [&str; 4] = ["frontend", "api", "web", "gateway"];
/// What nobody here builds, with its image.
const BOUGHT: [(&str, &str); 8] = [
    ("postgres", "postgres"),
    ("redis", "redis"),
    ("kafka", "confluentinc/cp-kafka"),
    ("grafana", "grafana/grafana"),
    ("prometheus", "prom/prometheus"),
    ("rabbitmq", "rabbitmq"),
    ("nginx", "nginx"),
    ("elasticsearch", "elasticsearch"),
];

/// What a thing is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Service,
    Worker,
    Store,
    Screen,
    Interface,
    Draft,
    /// Of this image.
    Bought(&'static str),
}

/// What stands beside a service, how it is called, and how often.
const BESIDE: [(Role, &str, u32); 5] = [
    (Role::Worker, "worker", 20),
    (Role::Store, "db", 25),
    (Role::Screen, "ui", 10),
    (Role::Interface, "api", 10),
    (Role::Draft, "draft", 4),
];

#[derive(Debug)]
struct Thing {
    id: String,
    words: Vec<&'static str>,
    role: Role,
    part: &'static str,
}

/// How one system writes names, and how many things in a hundred it knows.
#[derive(Debug)]
struct Convention {
    style: Style,
    before: Option<String>,
    after: Option<&'static str>,
    knows: u32,
}

#[derive(Debug)]
struct Organisation {
    name: String,
    parts: Vec<&'static str>,
    registry: String,
    /// Whether the images of each part lie in a folder of its own.
    splits_registry: bool,
    /// Whether each thing has a repository, and not a folder in one of all.
    has_repositories: bool,
    /// None where there is one that nobody names.
    environments: &'static [&'static str],
    cluster: Convention,
    compose: Convention,
    git: Convention,
    images: Convention,
    telemetry: Convention,
    catalogue: Convention,
    errors: Convention,
    terraform: Convention,
    documents: Convention,
    packages: Convention,
}

/// The records of one organisation.
pub(super) fn records(random: &mut Random) -> Records {
    let organisation = organisation(random);
    let mut records = Records::default();
    for thing in things(&organisation.parts, random) {
        Teller { organisation: &organisation, thing: &thing, random, records: &mut records }.tell();
    }
    records
}

fn organisation(random: &mut Random) -> Organisation {
    let name = random.choose(&NOUNS).to_owned() + random.choose(&["ly", "hub", "works", "co"]);
    let count = random.choose(&[1, 1, 2, 4]);
    let parts = random.choose_some(&PARTS, count);
    let suffix = random.choose(&[None, None, Some("service"), Some("svc"), Some("app")]);
    let registries = [
        format!("ghcr.io/{name}"),
        format!("registry.{name}.io/team"),
        "123.dkr.ecr.eu-west-1.amazonaws.com".to_owned(),
    ];
    let registry = registries.get(random.below(4) as usize).unwrap_or(&name).clone();
    let own = |random: &mut Random, percent: u32| random.chance(percent).then(|| name.clone());
    let after = |random: &mut Random, percent: u32| suffix.filter(|_| random.chance(percent));
    let kebab = |before: Option<String>, knows: u32| Convention { style: Style::Kebab, before, after: None, knows };
    let whole = [Style::Kebab, Style::Kebab, Style::Compact];
    let written = [Style::Kebab, Style::Kebab, Style::Pascal, Style::Dotted, Style::Snake];
    Organisation {
        splits_registry: random.chance(33),
        has_repositories: random.chance(60),
        environments: random.choose(&[&[][..], &[], &["prod", "staging"]]),
        cluster: Convention { style: random.choose(&whole), before: None, after: after(random, 60), knows: 90 },
        compose: Convention {
            style: random.choose(&[Style::Kebab, Style::Snake]),
            ..kebab(None, random.choose(&[0, 70, 90]))
        },
        git: Convention {
            style: random.choose(&written),
            before: own(random, 30),
            after: after(random, 50),
            knows: 85,
        },
        images: kebab(random.chance(15).then(|| name[..2].to_owned()), 70),
        telemetry: Convention {
            style: random.choose(&written[1..]),
            before: own(random, 20),
            after: after(random, 60),
            knows: 60,
        },
        catalogue: kebab(None, random.choose(&[0, 60, 90])),
        errors: kebab(random.chance(30).then(|| "app".to_owned()), random.choose(&[0, 50])),
        terraform: Convention {
            style: Style::Snake,
            before: None,
            after: random.choose(&[None, Some("prod"), Some("ecs")]),
            knows: random.choose(&[0, 40]),
        },
        documents: Convention {
            style: random.choose(&[Style::Kebab, Style::Title]),
            ..kebab(None, random.choose(&[0, 50]))
        },
        packages: Convention {
            style: random.choose(&[Style::Kebab, Style::Compact, Style::Camel]),
            ..kebab(own(random, 30), random.choose(&[0, 50]))
        },
        name,
        parts,
        registry,
    }
}

fn things(parts: &[&'static str], random: &mut Random) -> Vec<Thing> {
    let mut things = Vec::new();
    let mut used = BTreeSet::new();
    for _ in 0..random.choose(&[12, 25, 60, 120]) {
        let words = words(random);
        let is_new = words.first() != words.get(1) && used.insert(words.clone());
        if is_new {
            with_what_stands_beside(words, random.choose(parts), random, &mut things);
        }
    }
    let often = if parts.len() > 1 { 70 } else { 50 };
    for part in parts {
        let here = EVERYWHERE.iter().filter(|_| random.chance(often));
        things.extend(here.map(|name| Thing {
            id: format!("{part}/{name}"),
            words: vec![*name],
            role: Role::Service,
            part,
        }));
    }
    for (name, image) in BOUGHT {
        if random.chance(50) {
            let part = random.choose(parts);
            things.push(Thing { id: name.to_owned(), words: vec![name], role: Role::Bought(image), part });
        }
    }
    things
}

fn words(random: &mut Random) -> Vec<&'static str> {
    match (random.chance(45), random.chance(30)) {
        (true, _) => vec![random.choose(&NOUNS)],
        (false, true) => vec![random.choose(&MODIFIERS), random.choose(&NOUNS)],
        (false, false) => vec![random.choose(&NOUNS), random.choose(&NOUNS)],
    }
}

fn with_what_stands_beside(words: Vec<&'static str>, part: &'static str, random: &mut Random, things: &mut Vec<Thing>) {
    for (role, word, often) in BESIDE {
        if random.chance(often) {
            let mut own = words.clone();
            own.insert(if role == Role::Draft { 0 } else { words.len() }, word);
            things.push(Thing { id: own.join("-"), words: own, role, part });
        }
    }
    things.push(Thing { id: words.join("-"), words, role: Role::Service, part });
}

/// Tells what each system says of one thing.
struct Teller<'t> {
    organisation: &'t Organisation,
    thing: &'t Thing,
    random: &'t mut Random,
    records: &'t mut Records,
}

impl Teller<'_> {
    fn tell(&mut self) {
        let organisation = self.organisation;
        let (image, is_own) = self.image();
        let running = self.words_where_it_runs();
        let running = self.name(&organisation.cluster, &running);
        if self.random.chance(organisation.cluster.knows) {
            self.tell_cluster(&running, &image);
        }
        if self.is_known(&organisation.compose) {
            self.say(
                "compose",
                "compose-service",
                &organisation.compose,
                json!({"image": image, "depends_on": ["postgres"]}),
            );
        }
        match self.thing.role {
            Role::Store => self.tell_what_all_have(&running),
            Role::Bought(_) => self.tell_terraform(),
            _ => {
                self.tell_what_is_built(&image, is_own);
                self.tell_what_all_have(&running);
            }
        }
        if self.random.chance(5) {
            let id = format!("team of {}", self.thing.id);
            self.records.say(&id, "teams", "team", &Style::Kebab.write(&self.thing.words), json!({"members": 3}));
        }
    }

    /// The image, and whether no other thing has it.
    fn image(&mut self) -> (String, bool) {
        let (thing, organisation) = (self.thing, self.organisation);
        let random = &mut *self.random;
        let is_of_a_part =
            organisation.parts.len() > 1 && (EVERYWHERE.contains(&thing.words[0]) || organisation.splits_registry);
        let folder = if is_of_a_part { format!("/{}", thing.part) } else { String::new() };
        let of = |words: &[&str]| format!("{}{folder}/{}", organisation.registry, written(&organisation.images, words));
        match thing.role {
            Role::Bought(image) => (format!("{image}:{}.{}", 1 + random.below(9), random.below(21)), false),
            Role::Store => ("postgres:15".to_owned(), false),
            Role::Worker if random.chance(60) => (of(&thing.words[..thing.words.len() - 1]) + ":1.2.3", false),
            _ => (format!("{}:{}.{}", of(&thing.words), 1 + random.below(9), random.below(31)), true),
        }
    }

    /// A few are called otherwise where they run, and keep their image.
    fn words_where_it_runs(&mut self) -> Vec<&'static str> {
        let mut words = self.thing.words.clone();
        let last = words.len() - 1;
        if NOUNS.contains(&words[last]) && self.random.chance(6) {
            words[last] = self.random.choose(&NOUNS);
        }
        words
    }

    fn tell_cluster(&mut self, name: &str, image: &str) {
        let place = if self.organisation.parts.len() > 1 { self.thing.part } else { "default" };
        match self.organisation.environments {
            [] => self.tell_workload(name, image, place),
            named => named.iter().for_each(|named| self.tell_workload(name, image, &format!("{place}-{named}"))),
        }
    }

    fn tell_workload(&mut self, name: &str, image: &str, namespace: &str) {
        let (thing, role) = (&self.thing.id, self.thing.role);
        let random = &mut *self.random;
        let labels = match random.chance(80) {
            true => json!({"app": name}),
            false => json!({"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": self.organisation.name}),
        };
        let is_set = role == Role::Store || matches!(role, Role::Bought(_)) && random.chance(40);
        let images = if random.chance(10) { vec![image, "envoyproxy/envoy:1.2"] } else { vec![image] };
        let account = if random.chance(50) { name } else { "default" };
        let container = if random.chance(70) { name } else { "main" };
        let mut say =
            |kind: &str, name: &str, attributes: Value| self.records.say(thing, "k8s", kind, name, attributes);
        say(
            if is_set { "StatefulSet" } else { "Deployment" },
            name,
            json!({"namespace": namespace, "labels": labels, "pod_labels": labels, "containers": [container], "images": images, "service_account": account}),
        );
        if role != Role::Worker && random.chance(85) {
            let called = if random.chance(90) { name.to_owned() } else { format!("{name}-http") };
            say("Service", &called, json!({"namespace": namespace, "selector": labels, "ports": [8080]}));
        }
        if random.chance(30) {
            say("ServiceAccount", name, json!({"namespace": namespace}));
        }
        if random.chance(20) {
            let called = format!("{name}{}", random.choose(&["", "-hpa"]));
            say("HorizontalPodAutoscaler", &called, json!({"namespace": namespace, "scale_target": name}));
        }
    }

    /// What there is only of things with code of their own.
    fn tell_what_is_built(&mut self, image: &str, is_own: bool) {
        let organisation = self.organisation;
        if (self.thing.role != Role::Worker || self.random.chance(40)) && self.is_known(&organisation.git) {
            self.tell_source();
        }
        if is_own && self.is_known(&organisation.images) {
            let repository = image.rsplit_once(':').map_or(image, |(repository, _)| repository);
            let attributes = json!({"repository": repository});
            self.records.say(&self.thing.id, "registry", "image-repository", repository, attributes);
        }
        if self.is_known(&organisation.telemetry) {
            let name = self.name(&organisation.telemetry, &self.thing.words);
            self.say(
                "otel",
                "service",
                &organisation.telemetry,
                json!({"service.name": name, "telemetry.sdk.language": "go"}),
            );
        }
        if self.is_known(&organisation.errors) {
            self.say("sentry", "project", &organisation.errors, json!({"platform": "python", "team": self.thing.part}));
        }
        if self.is_known(&organisation.packages) {
            let name = self.name(&organisation.packages, &self.thing.words);
            self.say("package", "npm", &organisation.packages, json!({"name": name, "dependencies": ["express"]}));
        }
    }

    fn tell_source(&mut self) {
        let Organisation { name: owner, parts, .. } = self.organisation;
        let name = self.name(&self.organisation.git, &self.thing.words);
        let thing = &self.thing.id;
        if self.organisation.has_repositories || self.organisation.git.before.is_some() {
            let full = format!("{owner}/{name}");
            return self.records.say(
                thing,
                "git",
                "repository",
                &full,
                json!({"full_name": full, "languages": ["Go"]}),
            );
        }
        let folder = if parts.len() > 1 { format!("{}/services", self.thing.part) } else { "services".to_owned() };
        self.records.say(
            thing,
            "git",
            "folder",
            &name,
            json!({"path": format!("{folder}/{name}"), "languages": ["Go"]}),
        );
    }

    /// What there is of a store too.
    fn tell_what_all_have(&mut self, running: &str) {
        let organisation = self.organisation;
        if self.is_known(&organisation.catalogue) {
            let owner = format!("team-{}", self.thing.part);
            let attributes = match self.random.chance(40) {
                true => json!({"owner": owner, "annotations": {"backstage.io/kubernetes-id": running}}),
                false => json!({"owner": owner}),
            };
            self.say("catalog", "component", &organisation.catalogue, attributes);
        }
        self.tell_terraform();
        if self.is_known(&organisation.documents) {
            self.tell_page();
        }
    }

    fn tell_terraform(&mut self) {
        let terraform = &self.organisation.terraform;
        if self.is_known(terraform) {
            let kind = if self.thing.role == Role::Store { "aws_db_instance" } else { "aws_ecs_service" };
            self.say("terraform", kind, terraform, json!({"family": self.organisation.name}));
        }
    }

    /// A page, which somebody typed.
    fn tell_page(&mut self) {
        let mut words: Vec<String> = self.thing.words.iter().map(|word| (*word).to_owned()).collect();
        if let Some(long) = words.iter_mut().find(|word| word.len() > 6).filter(|_| self.random.chance(5)) {
            *long = mistyped(long, self.random);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let name = self.name(&self.organisation.documents, &words);
        let attributes = json!({"title": Style::Title.write(&words), "description": "About it"});
        self.records.say(&self.thing.id, "docs", "service-doc", &name, attributes);
    }

    fn is_known(&mut self, convention: &Convention) -> bool {
        self.random.chance(convention.knows)
    }

    fn say(&mut self, system: &str, kind: &str, convention: &Convention, attributes: Value) {
        let name = self.name(convention, &self.thing.words);
        self.records.say(&self.thing.id, system, kind, &name, attributes);
    }

    /// The name in a system; only services have what is written after names.
    fn name(&self, convention: &Convention, words: &[&str]) -> String {
        let after = convention.after.filter(|_| self.thing.role == Role::Service);
        written(convention, &words.iter().copied().chain(after).collect::<Vec<&str>>())
    }
}

/// Words as a system writes them, behind what it writes before names.
fn written(convention: &Convention, words: &[&str]) -> String {
    let words: Vec<&str> = convention.before.as_deref().into_iter().chain(words.iter().copied()).collect();
    convention.style.write(&words)
}
