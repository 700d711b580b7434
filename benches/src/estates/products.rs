//! Products of several components: siblings beside each, a namespace for each component or environment, a prefix on some of the names of a system and not on others, and
//! systems that leave a word out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Records, Style};
use crate::synthetic::Random;

const NOUNS: [&str; 53] = [
    "asset",
    "booking",
    "casework",
    "court",
    "custody",
    "diary",
    "document",
    "email",
    "estate",
    "fee",
    "form",
    "grant",
    "hearing",
    "incident",
    "journey",
    "keyworker",
    "licence",
    "location",
    "manage",
    "message",
    "notify",
    "offender",
    "order",
    "page",
    "parole",
    "permit",
    "person",
    "place",
    "plan",
    "probation",
    "prison",
    "publish",
    "register",
    "release",
    "report",
    "request",
    "review",
    "risk",
    "search",
    "service-desk",
    "sign",
    "staff",
    "statistic",
    "submit",
    "survey",
    "tariff",
    "token",
    "transfer",
    "travel",
    "user",
    "validate",
    "visit",
    "warrant",
];
const SIBLINGS: [&str; 12] =
    ["api", "ui", "admin", "publisher", "frontend", "worker", "batch", "editor", "indexer", "gateway", "store", "db"];
const TEAMS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

#[derive(Debug)]
struct Thing {
    words: Vec<&'static str>,
    /// The last word, where it says what the component is of its product.
    sibling: Option<&'static str>,
}

/// How many names in a hundred have the organisation's name in front.
#[derive(Debug)]
struct Prefixes {
    git: u32,
    images: u32,
    errors: u32,
}

/// How many things in a hundred each system knows.
#[derive(Debug)]
struct Known {
    errors: u32,
    catalogue: u32,
    dashboards: u32,
    names: u32,
    documents: u32,
    compose: u32,
    alerts: u32,
    packages: u32,
}

#[derive(Debug)]
struct Organisation {
    name: &'static str,
    platform: &'static str,
    prefixes: Prefixes,
    known: Known,
    /// Whether repositories lie in a group.
    has_groups: bool,
    /// How the cluster writes names.
    style: Style,
    /// Whether the catalogue leaves out `api`.
    leaves_out: bool,
    /// Whether each component has namespaces of its own.
    has_own_places: bool,
}

/// The records of one organisation.
pub(super) fn records(random: &mut Random) -> Records {
    let organisation = organisation(random);
    let things = things(random);
    let names: BTreeSet<Vec<&str>> = things.iter().map(|thing| thing.words.clone()).collect();
    let mut records = Records::default();
    for thing in &things {
        let owner = format!("{}-{}-team", organisation.name, random.choose(&TEAMS));
        let id = thing.words.join("-");
        Teller { organisation: &organisation, thing, id, owner, names: &names, random, records: &mut records }.tell();
    }
    for team in TEAMS {
        records.say(
            &format!("team {team}"),
            "github",
            "team",
            &format!("{}-{team}-team", organisation.name),
            json!({}),
        );
    }
    records
}

fn organisation(random: &mut Random) -> Organisation {
    let name = random.choose(&["orq", "ivo", "wmx", "nalu", "zett", "opx"]);
    let platform = random.choose(&["platform", "services", "digital", "core"]);
    let mut prefix = || random.choose(&[0, 35, 50, 90]);
    let prefixes = Prefixes { git: prefix(), images: prefix(), errors: prefix() };
    let mut known = || random.choose(&[0, 50, 80]);
    let known = Known {
        errors: known(),
        catalogue: known(),
        dashboards: known(),
        names: known(),
        documents: known(),
        compose: known(),
        alerts: known(),
        packages: known(),
    };
    Organisation {
        name,
        platform,
        prefixes,
        known,
        has_groups: random.chance(40),
        style: random.choose(&[Style::Kebab, Style::Kebab, Style::Compact]),
        leaves_out: random.chance(40),
        has_own_places: random.chance(60),
    }
}

fn things(random: &mut Random) -> Vec<Thing> {
    let mut things = Vec::new();
    let mut used = BTreeSet::new();
    for _ in 0..random.choose(&[20, 40, 90]) {
        let count = random.choose(&[1, 2, 2, 3]);
        let words: Vec<&str> = random.choose_some(&NOUNS, count).iter().flat_map(|noun| noun.split('-')).collect();
        if !used.insert(words.clone()) {
            continue;
        }
        let count = random.choose(&[0, 0, 1, 2, 3]);
        for sibling in random.choose_some(&SIBLINGS, count) {
            things.push(Thing { words: [&words[..], &[sibling]].concat(), sibling: Some(sibling) });
        }
        if random.chance(8) {
            things.push(Thing { words: [&["draft"][..], &words[..]].concat(), sibling: None });
        }
        things.push(Thing { words, sibling: None });
    }
    things
}

/// Tells what each system says of one thing.
struct Teller<'t> {
    organisation: &'t Organisation,
    thing: &'t Thing,
    id: String,
    owner: String,
    names: &'t BTreeSet<Vec<&'static str>>,
    random: &'t mut Random,
    records: &'t mut Records,
}

impl Teller<'_> {
    fn tell(&mut self) {
        let image = self.image();
        if !self.is_store()
            && (self.thing.sibling != Some("worker") || self.random.chance(30))
            && self.random.chance(90)
        {
            self.tell_repository();
        }
        for environment in self.random.choose(&[&["prod"][..], &["dev", "prod"], &["dev", "preprod", "prod"]]) {
            self.tell_workload(environment, &image);
        }
        self.tell_what_is_built(&image);
        self.tell_what_people_write();
        if self.random.chance(self.organisation.known.compose) {
            let name = self.random.choose(&[Style::Kebab, Style::Snake]).write(&self.thing.words);
            self.say("compose", "compose-service", &name, json!({"image": image, "depends_on": ["db"]}));
        }
    }

    fn is_store(&self) -> bool {
        matches!(self.thing.sibling, Some("db" | "store"))
    }

    /// A worker runs the image of its product, a store one that is bought.
    fn image(&mut self) -> String {
        if self.is_store() {
            return "mongo".to_owned();
        }
        let Organisation { name, platform, prefixes, .. } = self.organisation;
        let before = if self.random.chance(prefixes.images) { vec![*name, *platform] } else { Vec::new() };
        let words = &self.thing.words;
        let own = if self.thing.sibling == Some("worker") { &words[..words.len() - 1] } else { &words[..] };
        format!("quay.io/{name}/{}", [&before[..], own].concat().join("-"))
    }

    fn tell_repository(&mut self) {
        let Organisation { name, platform, prefixes, has_groups, .. } = self.organisation;
        let path = match has_groups {
            true => format!("{name}/{platform}/{}", self.id),
            false => format!("{name}/{}", self.behind_prefix(prefixes.git)),
        };
        self.say("git", "repository", &path, json!({"topics": ["x"], "default_branch": "main"}));
    }

    fn tell_workload(&mut self, environment: &str, image: &str) {
        let Organisation { name: organisation, platform, .. } = self.organisation;
        let place = if self.organisation.has_own_places { self.id.as_str() } else { platform };
        let namespace = format!("{place}-{environment}");
        let name = self.organisation.style.write(&self.thing.words);
        let image = format!("{image}:{}", 1 + self.random.below(99));
        let carried = json!({"app": name, "release": format!("{name}-{environment}")});
        let labels = json!({"app": name, "team": self.owner});
        let workload = json!({"namespace": namespace, "pod_labels": carried, "images": [image], "labels": labels});
        self.say("k8s", "Deployment", &name, workload);
        if self.random.chance(80) {
            self.say("k8s", "Service", &name, json!({"namespace": namespace, "selector": {"app": name}}));
        }
        if self.random.chance(30) {
            let ending = self.random.choose(&["".to_owned(), "-v1".to_owned(), format!("-{environment}")]);
            let host = format!("{}.{environment}.{organisation}.example", self.id);
            self.say("k8s", "Ingress", &format!("{name}{ending}"), json!({"namespace": namespace, "hosts": [host]}));
        }
    }

    /// What there is only of things with code of their own.
    fn tell_what_is_built(&mut self, image: &str) {
        let Organisation { name, prefixes, known, .. } = self.organisation;
        if self.is_store() {
            return;
        }
        if self.thing.sibling != Some("worker") && self.random.chance(70) {
            self.say("registry", "image-repository", image, json!({"repository": image}));
        }
        if self.random.chance(known.errors) {
            let before = if prefixes.errors > 40 { "app-" } else { "" };
            let project = format!("{before}{}", self.behind_prefix(prefixes.errors));
            self.say("sentry", "project", &project, json!({"team": self.owner}));
        }
        if self.random.chance(known.packages) {
            let package = format!("@{name}/{}", self.id);
            self.say("package", "npm", &package, json!({"name": package}));
        }
    }

    fn tell_what_people_write(&mut self) {
        let Organisation { name: organisation, known, .. } = self.organisation;
        let title = Style::Title.write(&self.thing.words);
        if self.random.chance(known.catalogue) {
            let name = self.words_in_catalogue().join("-");
            self.say("catalog", "component", &name, json!({"owner": self.owner, "title": title}));
        }
        if self.random.chance(known.dashboards) {
            let number = (0..9)
                .map(|_| self.random.choose(&["a", "b", "c", "d", "e", "f", "0", "1", "2", "3"]))
                .collect::<String>();
            let name = format!("{title}{}", self.random.choose(&["", " overview", " dashboard"]));
            self.say("grafana", "dashboard", &name, json!({"uid": number}));
        }
        if self.random.chance(known.names) {
            let host = format!("{}.service.{organisation}.example", self.id);
            self.say("dns", "record", &host, json!({"type": "CNAME"}));
        }
        if !self.is_store() && self.random.chance(known.documents) {
            let source = if self.random.chance(50) { format!("{organisation}/{}", self.id) } else { String::new() };
            self.say("docs", "app", &title, json!({"description": "It does things", "github": source}));
        }
        if self.random.chance(known.alerts) {
            let name = Style::Pascal.write(&self.thing.words) + self.random.choose(&["Down", "HighErrors"]);
            self.say("alerts", "rule", &name, json!({"service": self.id}));
        }
    }

    /// An interface may be listed as its product, if nothing else is called so.
    fn words_in_catalogue(&self) -> &[&'static str] {
        let words = &self.thing.words;
        let product = &words[..words.len() - 1];
        let is_left_out = self.organisation.leaves_out && self.thing.sibling == Some("api");
        if is_left_out && !self.names.contains(product) { product } else { words }
    }

    fn behind_prefix(&mut self, often: u32) -> String {
        let before = self.random.chance(often).then_some(self.organisation.name);
        before.into_iter().chain(self.thing.words.iter().copied()).collect::<Vec<&str>>().join("-")
    }

    fn say(&mut self, system: &str, kind: &str, name: &str, attributes: Value) {
        self.records.say(&self.id, system, kind, name, attributes);
    }
}
