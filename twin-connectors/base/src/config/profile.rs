//! Profiles: settings that count only where a program is started in a certain way.

use std::collections::{BTreeMap, BTreeSet};

use super::Setting;
use crate::endpoint;

/// A profile and what it is for, as far as its name tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Profile {
    /// Its name, or an expression of several.
    pub name: String,
    /// What it is for.
    pub stage: Stage,
}

/// What a profile is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// What users meet.
    Production,
    /// A platform: containers, a cluster, a cloud.
    Platform,
    /// Its name does not say.
    Other,
    /// A developer's machine, or tests.
    Development,
}

const PRODUCTION: [&str; 4] = ["prod", "production", "prd", "live"];
const PLATFORM: [&str; 14] = [
    "docker",
    "container",
    "compose",
    "kubernetes",
    "k8s",
    "openshift",
    "swarm",
    "cloud",
    "aws",
    "azure",
    "gcp",
    "eks",
    "gke",
    "aks",
];
const DEVELOPMENT: [&str; 16] = [
    "dev",
    "development",
    "develop",
    "local",
    "localhost",
    "test",
    "tests",
    "testing",
    "integration",
    "e2e",
    "ci",
    "qa",
    "unittest",
    "junit",
    "mock",
    "debug",
];
/// Profiles that change one part and may stand at the end of a name that is not a framework's own.
const PARTS: [&str; 8] = ["staging", "stage", "uat", "preprod", "mysql", "postgres", "h2", "hsqldb"];

impl Stage {
    fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let words: Vec<&str> = name.split(|letter: char| !letter.is_alphanumeric()).collect();
        let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
        match () {
            () if has(&DEVELOPMENT) => Stage::Development,
            () if has(&PRODUCTION) => Stage::Production,
            () if has(&PLATFORM) => Stage::Platform,
            () => Stage::Other,
        }
    }
}

impl Profile {
    /// The profile of that name or expression; none for the one that always counts.
    pub fn named(expression: &str) -> Option<Self> {
        let name = expression.trim();
        let marks = |letter: char| matches!(letter, '|' | '&' | ',' | '(' | ')' | ' ');
        let names: Vec<&str> = name.split(marks).filter(|name| !name.is_empty()).collect();
        if names.is_empty() || names == ["default"] {
            return None;
        }
        let wanted = names.iter().filter(|name| !name.starts_with('!')).map(|name| Stage::of(name));
        // What counts in several of them counts in the one nearest to users; what only excludes one says nothing of the others.
        let nearest = if name.contains('&') { wanted.max() } else { wanted.min() };
        let is_plain =
            name.len() <= 64 && name.chars().all(|letter| letter.is_alphanumeric() || "-_.|&,!() ".contains(letter));
        let name = if is_plain { name.to_owned() } else { "?".to_owned() };
        Some(Profile { name, stage: nearest.unwrap_or(Stage::Other) })
    }

    /// The profile that a file is for by its name: `application-dev.yml`, `appsettings.Development.json`, `orders-prod.yml`.
    ///
    /// A file of any other name has a profile only if its settings are those of a framework that knows profiles.
    fn of_file(path: &str, is_framework: bool) -> Option<Self> {
        let file = path.rsplit('/').next().unwrap_or_default();
        let (stem, ending) = file.rsplit_once('.')?;
        if !["yml", "yaml", "json", "properties", "toml"].contains(&ending.to_lowercase().as_str()) {
            return None;
        }
        let own = ["application-", "bootstrap-", "appsettings."].iter().find_map(|begin| stem.strip_prefix(begin));
        own.or_else(|| suffix(stem).filter(|_| is_framework).map(|(_, suffix)| suffix)).and_then(Profile::named)
    }

    /// The profile that a document is for by what stands in it, given to all of its settings.
    pub(super) fn of_document(settings: &mut [Setting]) {
        let names = |setting: &&Setting| {
            matches!(setting.key.as_str(), "spring.config.activate.on-profile" | "spring.profiles")
        };
        let named: Vec<&str> = settings.iter().filter(names).map(|setting| setting.value.as_str()).collect();
        let profile = Profile::named(&named.join(", "));
        if profile.is_some() {
            settings.iter_mut().for_each(|setting| setting.profile.clone_from(&profile));
        }
    }

    /// Both of two profiles.
    fn and(self, other: Option<&Profile>) -> Self {
        match other {
            Some(other) if *other != self => {
                Profile { name: format!("{} & {}", other.name, self.name), stage: self.stage.max(other.stage) }
            }
            _ => self,
        }
    }
}

/// A file's name without the profile at its end, and the profile, where it is one of those that many use.
pub fn suffix(stem: &str) -> Option<(&str, &str)> {
    let (name, suffix) = stem.rsplit_once('-')?;
    let lower = suffix.to_lowercase();
    let known: [&[&str]; 4] = [&PRODUCTION, &PLATFORM, &DEVELOPMENT, &PARTS];
    let is_known = lower == "default" || known.iter().any(|names| names.contains(&lower.as_str()));
    (is_known && !name.is_empty()).then_some((name, suffix))
}

/// Gives each setting its profile: by the file's name, by the prefix of its key (`%dev.`), and none where the file itself chooses it.
pub(super) fn assign(path: &str, settings: &mut [Setting]) {
    const FRAMEWORKS: [&str; 4] = ["spring.", "eureka.", "quarkus.", "micronaut."];
    let is_framework = |setting: &Setting| FRAMEWORKS.iter().any(|framework| setting.key.starts_with(framework));
    let of_file = Profile::of_file(path, settings.iter().any(is_framework));
    for setting in settings.iter_mut() {
        let by_key = setting.key.strip_prefix('%').and_then(|rest| {
            let (name, key) = rest.split_once('.')?;
            Some((Profile::named(name.trim_matches(['{', '}'])), key.to_owned()))
        });
        if let Some((profile, key)) = by_key {
            (setting.profile, setting.key) = (profile, key);
        }
        setting.profile = match setting.profile.take() {
            Some(own) => Some(own.and(of_file.as_ref())),
            None => of_file.clone(),
        };
    }
    choose(settings);
}

/// What the file chooses always counts; the members of a group count where the group does.
fn choose(settings: &mut [Setting]) {
    const CHOSEN: [&str; 4] =
        ["spring.profiles.active", "spring.profiles.include", "spring.profiles.default", "quarkus.profile"];
    let plain = |setting: &&Setting| setting.profile.is_none();
    let chosen = settings.iter().filter(plain).filter(|setting| CHOSEN.contains(&setting.key.as_str()));
    let mut chosen: BTreeSet<String> = chosen.flat_map(|setting| names(&setting.value)).collect();
    let mut stages: BTreeMap<String, Stage> = BTreeMap::new();
    for setting in settings.iter().filter(plain) {
        let Some(group) = setting.key.strip_prefix("spring.profiles.group.") else { continue };
        for member in names(&setting.value) {
            if chosen.contains(group) {
                chosen.insert(member.clone());
            }
            let stage = stages.entry(member).or_insert(Stage::Development);
            *stage = Stage::of(group).min(*stage);
        }
    }
    for setting in settings.iter_mut() {
        let name = setting.profile.as_ref().map(|profile| profile.name.clone()).unwrap_or_default();
        match &mut setting.profile {
            Some(_) if chosen.contains(&name) => setting.profile = None,
            Some(profile) => profile.stage = stages.get(&name).map_or(profile.stage, |stage| profile.stage.min(*stage)),
            None => {}
        }
    }
}

fn names(value: &str) -> Vec<String> {
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty() && !name.contains('$'));
    names.map(str::to_owned).collect()
}

/// Whether another setting of the file takes the place of this one where users meet the program: what counts there, or always, goes
/// before what counts elsewhere. A profile whose purpose is not known gives way only to a setting that names somebody too.
pub(super) fn is_displaced(setting: &Setting, same_key: &[&Setting]) -> bool {
    let is_production =
        |other: &&&Setting| other.profile.as_ref().is_some_and(|profile| profile.stage == Stage::Production);
    let is_usual = |other: &&&Setting| other.profile.is_none() || is_production(other);
    let names_somebody =
        |other: &&Setting| other.value.contains("${") || !endpoint::endpoints(&other.key, &other.value).is_empty();
    match setting.profile.as_ref().map(|profile| profile.stage) {
        None => same_key.iter().filter(is_production).any(|other| other.value != setting.value),
        Some(Stage::Development) => same_key.iter().any(|other| is_usual(&other)),
        Some(Stage::Other) => same_key.iter().filter(is_usual).any(names_somebody),
        Some(Stage::Production | Stage::Platform) => false,
    }
}
