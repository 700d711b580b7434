//! CODEOWNERS: who owns which paths, by the rules of GitHub, GitLab and Bitbucket.
//!
//! A record is a rule: one line with a pattern. The last rule that matches a path says who owns it (in GitLab: the last of each
//! section), and a last match without owners takes ownership away. Which rule matches is found by the graph, so patterns leave
//! this module in one plain syntax, whatever host they were written for:
//!
//! | pattern | matches, relative to the rule's base path |
//! |---|---|
//! | `/docs/api` | this file, or everything below this folder |
//! | `/docs/` | everything below this folder, at any depth, but no file of this name |
//! | `/docs/*` | the direct children of `docs` that are files, not what lies deeper |
//! | `docs/` or `*.js` | as above, at any depth: no slash but the last one, so it need not stand at the root |
//! | `**` | any number of folders, none among them; `*` and `?` stay within one name |
//!
//! A pattern with a slash before its end starts at the base path and leaves here with a leading slash. Differences that are folded in:
//! * The base path is the folder above `.github`, `.gitlab`, `.bitbucket` or `docs`, or the folder that holds the file.
//! * GitHub knows neither `!` nor `[ ]` and skips such lines, as it skips a line with an owner it cannot read: each is rejected here.
//!   `\#` and `\ ` are the letters themselves; ` #` begins a comment.
//! * GitLab: `[Section]`, `^[Optional]`, `[Section][2] @default`: a rule without owners has its section's default owners.
//!   Sections of one name, in any case, are one section. A pattern without a leading slash stands at any depth, even one with slashes.
//! * Bitbucket: `CODEOWNERS.…` lines are settings, not rules; groups are written `@@group`.
//! * `!` of GitLab and Bitbucket excludes: it becomes a rule without owners. In GitLab no later rule can take an exclusion back,
//!   so its position is behind all rules of the file.
//!
//! Teams (`@org/team`, `@@group`) and people (`@user`) become records of their own that stand for no line. An e-mail address is personal: only its
//! digest is kept. Evidence is the line.

mod line;
mod pattern;

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Digest;
use twin_core::observe::{
    Capability, Diagnostic, Evidence, Handle, Locator, Outcome, Perspective, Record, RecordKey, Space, code, technique,
};
use twin_core::schema::{Value, attribute, kind};

use line::{Line, Owner, Rule};

/// Reads CODEOWNERS of GitHub, GitLab and Bitbucket.
#[derive(Clone, Copy, Debug, Default)]
pub struct Codeowners;

impl Decoder for Codeowners {
    fn capability(&self) -> Capability {
        Capability::of_files("codeowners", &[kind::OWNERSHIP_RULE, kind::TEAM, kind::PERSON], &[]).blind_to(&[
            "who is in a team",
            "whether an owner still exists and may approve",
            "which of several CODEOWNERS files of one repository its host reads",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        match path.rsplit(['/']).next() {
            Some("CODEOWNERS") => Recognition::ByName,
            _ => Recognition::No,
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().map(|payload| decode_file(payload, origin)).collect()
    }
}

/// Whose rules a file follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    GitHub,
    GitLab,
    Bitbucket,
}

impl Host {
    /// By the folder, else by what only one host knows.
    fn of(path: &str, text: &str) -> Self {
        let folder = path.rsplit('/').nth(1).unwrap_or_default();
        let has = |mark: fn(&str) -> bool| text.lines().any(|line| mark(line.trim()));
        match folder {
            ".github" => Host::GitHub,
            ".gitlab" => Host::GitLab,
            ".bitbucket" => Host::Bitbucket,
            _ if has(line::is_bitbucket_setting) => Host::Bitbucket,
            _ if has(|line| line::section(line).is_some()) => Host::GitLab,
            _ => Host::GitHub,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Host::GitHub => "github",
            Host::GitLab => "gitlab",
            Host::Bitbucket => "bitbucket",
        }
    }
}

/// The folder from which the patterns of a file start.
fn base_path(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    match last {
        ".github" | ".gitlab" | ".bitbucket" | "docs" => above,
        _ => folder,
    }
}

fn decode_file(payload: &Payload<'_>, origin: &Origin) -> Decoded {
    match text_of(payload, origin) {
        Ok(text) => Reading::new(payload.path, &text, origin).read(&text),
        Err(diagnostic) => Decoded::rejected(payload.path, diagnostic),
    }
}

fn text_of(payload: &Payload<'_>, origin: &Origin) -> Result<String, Diagnostic> {
    let whole = |code, message: &str| Diagnostic::rejected(code, Locator::line(payload.path, 0), message);
    let bytes = payload.bytes.map_err(|reason| whole(code::UNREADABLE, reason))?;
    if bytes.len() as u64 > origin.limits.payload_bytes {
        return Err(whole(code::LIMIT, &format!("longer than {} bytes", origin.limits.payload_bytes)));
    }
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(whole(code::SYNTAX, "the file is empty"));
    }
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Who owns what a section's rules without owners match, and where that stands.
struct Defaults {
    owners: Vec<Owner>,
    locator: Locator,
    owned: String,
}

/// A file while it is read.
struct Reading<'a> {
    path: &'a str,
    host: Host,
    base: &'a str,
    origin: &'a Origin,
    section: String,
    /// The first spelling of each section's name, by its lower case.
    sections: BTreeMap<String, String>,
    defaults: Option<Defaults>,
    rules: i64,
    lines: i64,
    seen: BTreeMap<String, u64>,
    owners: BTreeSet<Owner>,
    decoded: Decoded,
}

impl<'a> Reading<'a> {
    fn new(path: &'a str, text: &str, origin: &'a Origin) -> Self {
        Reading {
            path,
            host: Host::of(path, text),
            base: base_path(path),
            origin,
            section: String::new(),
            sections: BTreeMap::new(),
            defaults: None,
            rules: 0,
            lines: i64::try_from(text.lines().count()).unwrap_or(i64::MAX / 2),
            seen: BTreeMap::new(),
            owners: BTreeSet::new(),
            decoded: Decoded::complete(path, Vec::new()),
        }
    }

    fn read(mut self, text: &str) -> Decoded {
        for (index, line) in text.lines().enumerate() {
            self.read_line(line, index + 1);
        }
        let rejected = self.decoded.diagnostics.len();
        if rejected > 0 {
            self.decoded.outcome = Outcome::Partial(format!("{rejected} lines could not be read"));
        }
        self.decoded
    }

    fn read_line(&mut self, text: &str, number: usize) {
        let locator = Locator::line(self.path, number);
        let line = match text.len() > self.origin.limits.line_bytes {
            true => Err((code::LIMIT, "a line that is too long")),
            false if text.contains('\u{fffd}') => Err((code::ENCODING, "not in UTF-8")),
            false => line::read(text, self.host),
        };
        match line {
            Ok(Line::Nothing) => {}
            Ok(Line::Section { name, owners, owned }) => self.enter(name, Defaults { owners, locator, owned }),
            Ok(Line::Rule(rule)) => self.take(rule, &locator),
            Err((code, message)) => self.decoded.diagnostics.push(Diagnostic::rejected(code, locator, message)),
        }
    }

    /// A section that was seen before goes on, whatever the case of its name.
    fn enter(&mut self, name: String, defaults: Defaults) {
        self.section = self.sections.entry(name.to_lowercase()).or_insert(name).clone();
        self.defaults = Some(defaults);
    }

    /// Who owns what a rule matches, and where that stands: on its own line, or at the head of its section.
    fn owners_of(&self, rule: &Rule, locator: &Locator) -> (Vec<Owner>, Evidence) {
        let own = Evidence::at(locator.clone(), rule.owned.as_str(), technique::DECLARED);
        match &self.defaults {
            Some(defaults) if rule.owners.is_empty() && !rule.excludes && !defaults.owners.is_empty() => {
                (defaults.owners.clone(), own.then(defaults.locator.clone(), defaults.owned.as_str()))
            }
            _ => (rule.owners.clone(), own),
        }
    }

    fn take(&mut self, rule: Rule, locator: &Locator) {
        self.rules += 1;
        let final_exclusion = rule.excludes && self.host == Host::GitLab;
        let position = if final_exclusion { self.lines + self.rules } else { self.rules };
        let (owners, owned) = self.owners_of(&rule, locator);
        let declared = |raw: &str| Evidence::at(locator.clone(), raw, technique::DECLARED);
        let written = rule.written.as_str();
        let mut record =
            Record::new(self.key(written), rule.pattern.as_str(), Perspective::Declared, declared(written));
        record.attribute(attribute::PATTERN, rule.pattern.as_str(), declared(written));
        record.attribute(attribute::POSITION, position, declared(written));
        record.attribute(attribute::BASE_PATH, self.base, declared(written));
        let names = owners.iter().map(|owner| owner.name.clone()).collect();
        record.attribute(attribute::OWNERS, Value::Texts(names), owned.clone());
        if !self.section.is_empty() {
            record.attribute(attribute::SECTION, self.section.as_str(), declared(written));
        }
        self.decoded.records.push(record);
        for owner in owners {
            self.meet(owner, &owned);
        }
    }

    /// One pattern may stand in several rules: the later ones are told by their number.
    fn key(&mut self, pattern: &str) -> RecordKey {
        let name = format!("{}/{}/{pattern}", self.host.name(), self.section.to_lowercase());
        let count = self.seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        let name = if *count == 1 { name } else { format!("{name}#{count}") };
        let key = RecordKey::new(&self.origin.source, kind::OWNERSHIP_RULE, name);
        match self.base {
            "" => key,
            base => key.in_cluster(Digest::of(base.as_bytes()).to_string()),
        }
    }

    fn meet(&mut self, owner: Owner, evidence: &Evidence) {
        if self.owners.contains(&owner) {
            return;
        }
        let kind = if owner.is_team { kind::TEAM } else { kind::PERSON };
        let key = RecordKey::new(&self.origin.source, kind, owner.name.as_str());
        let mut record = Record::new(key, owner.name.as_str(), Perspective::Declared, evidence.clone());
        record.stands_for = 0;
        if owner.is_team {
            record.known_as(Handle::global(Space::Team, owner.name.as_str()), evidence.clone());
        }
        self.decoded.records.push(record);
        self.owners.insert(owner);
    }
}
