//! From an outline to the record of a decision.

use std::collections::BTreeSet;

use twin_connector_base::Origin;
use twin_connector_base::document::Node;
use twin_core::base::{Digest, Timestamp};
use twin_core::observe::{Evidence, Handle, Locator, Perspective, Record, RecordKey, Space, Target, technique};
use twin_core::schema::{Value, attribute, kind, relation};

use super::outline::{Outline, Placed};
use super::stem;

/// The record of a decision with this title.
pub(super) fn record(path: &str, outline: &Outline<'_>, title: &Placed, origin: &Origin) -> Record {
    let (number, name) = numbered_title(&title.text);
    let number = number.or_else(|| leading_number(&stem(path))).map(four_digits);
    let key_name = match &number {
        Some(number) => format!("{number}-{}", slug(name)),
        None => slug(name),
    };
    let key = RecordKey::new(&origin.source, kind::DECISION, key_name);
    let exists = evidence(path, outline, title.line, name, technique::DECLARED);
    let record = Record::new(key, name, Perspective::Decided, exists.clone());
    let mut reading = Reading { path, outline, origin, record, related: BTreeSet::new() };
    reading.answer_to(number.as_deref(), &exists);
    reading.describe();
    reading.succeed();
    reading.forbid();
    reading.govern();
    reading.finish()
}

/// Evidence on a line; of a text that does not stand there to the letter, only the line.
fn evidence(path: &str, outline: &Outline<'_>, line: usize, raw: &str, technique: &'static str) -> Evidence {
    let raw = if outline.line(line).contains(raw) { raw } else { "" };
    Evidence::at(Locator::line(path, line), raw, technique)
}

/// The number and the rest of a title such as `4. Markdown`, `ADR-0004: Markdown` or `ADR 4 - Markdown`.
fn numbered_title(title: &str) -> (Option<u64>, &str) {
    let title = title.trim();
    let (rest, marked) = without_mark(title);
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    let name = rest.trim_start_matches([' ', '.', ':', ')', '-', '–', '—']);
    let divided = rest.starts_with(['.', ':', ')', '-']) || rest.starts_with(" -") || rest.starts_with(" –");
    match digits.parse() {
        Ok(number) if (marked || divided) && !name.is_empty() => (Some(number), name),
        _ => (None, title),
    }
}

fn without_mark(title: &str) -> (&str, bool) {
    match title.get(..3) {
        Some(mark) if mark.eq_ignore_ascii_case("adr") => {
            (title.get(3..).unwrap_or_default().trim_start_matches(['-', '_', ' ', '#']), true)
        }
        _ => (title, false),
    }
}

fn leading_number(stem: &str) -> Option<u64> {
    let (rest, _) = without_mark(stem);
    let digits: &str = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn four_digits(number: u64) -> String {
    format!("{number:04}")
}

/// A title in lower case with dashes, for keys.
fn slug(title: &str) -> String {
    let words = title.to_lowercase();
    let words = words.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// One decision while it is read.
struct Reading<'a> {
    path: &'a str,
    outline: &'a Outline<'a>,
    origin: &'a Origin,
    record: Record,
    /// What it is related to already, and on which line it says so.
    related: BTreeSet<(Handle, usize)>,
}

/// A field of the front matter or of a line like `* Status: accepted`.
struct Field {
    /// Its texts: several in a list.
    texts: Vec<Placed>,
    /// The line of its name.
    line: usize,
}

impl<'a> Reading<'a> {
    fn at(&self, line: usize, raw: &str, technique: &'static str) -> Evidence {
        evidence(self.path, self.outline, line, raw, technique)
    }

    /// Other decisions refer to this one by its file or by its number.
    fn answer_to(&mut self, number: Option<&str>, evidence: &Evidence) {
        let source = &self.origin.source.0;
        self.record.known_as(Handle::within(Space::Path, self.path, source), evidence.clone());
        if let Some(number) = number {
            self.record.known_as(Handle::within(Space::NativeId, format!("adr:{number}"), source), evidence.clone());
        }
    }

    fn describe(&mut self) {
        if let Some(status) = self.status() {
            let word = status_word(&status.text);
            let raw = status.text.split_whitespace().next().unwrap_or_default().trim_matches(['"', '*', '_', '.', ',']);
            let evidence = self.at(status.line, raw, technique::DECLARED).in_field("status");
            self.record.attribute(attribute::STATUS, word, evidence);
        }
        if let Some((date, placed)) = self.date() {
            let evidence = self.at(placed.line, &placed.text, technique::DECLARED).in_field("date");
            self.record.attribute(attribute::DATE, Value::Timestamp(date), evidence);
        }
        self.name_deciders();
    }

    /// The field of one of these names, in the front matter or before the first section.
    fn field(&self, names: &[&str]) -> Option<Field> {
        names.iter().find_map(|name| self.front_field(name)).or_else(|| self.line_field(names))
    }

    fn front_field(&self, name: &str) -> Option<Field> {
        let entries = self.outline.front.as_ref()?.entries();
        let is_named = |key: &Node| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name));
        let (key, value) = entries.iter().rev().find(|(key, _)| is_named(key))?;
        let placed = |node: &Node| Some(Placed { text: node.as_str()?.to_owned(), line: node.line });
        let texts: Vec<Placed> = std::iter::once(value).chain(value.items()).filter_map(placed).collect();
        (!texts.is_empty()).then_some(Field { texts, line: key.line })
    }

    fn line_field(&self, names: &[&str]) -> Option<Field> {
        self.outline.preamble().find_map(|(line, text)| {
            let bare = text.trim_start_matches(['*', '-', ' ', '_', '+']);
            let (name, value) = bare.split_once(':')?;
            let value = value.trim_matches(['*', '_', ' ']);
            let is_named = names.iter().any(|known| known.eq_ignore_ascii_case(name.trim_matches(['*', '_', ' '])));
            (is_named && !value.is_empty())
                .then(|| Field { texts: vec![Placed { text: value.to_owned(), line }], line })
        })
    }

    /// The status, from wherever it stands. Of a section's lines one that says `superseded` counts before the first.
    fn status(&self) -> Option<Placed> {
        let field = self.field(&["status"]).and_then(|field| field.texts.into_iter().next());
        field.or_else(|| {
            let lines = || self.outline.section("status").filter(|(_, text)| !text.trim().is_empty());
            let ended = lines().find(|(_, text)| status_word(text) == "superseded");
            ended.or_else(|| lines().next()).map(|(line, text)| Placed { text: text.trim().to_owned(), line })
        })
    }

    fn date(&self) -> Option<(Timestamp, Placed)> {
        let under_heading = || {
            let line = self.outline.section("date").find(|(_, text)| !text.trim().is_empty());
            line.map(|(line, text)| Placed { text: text.trim().to_owned(), line })
        };
        let placed = self.field(&["date"]).and_then(|field| field.texts.into_iter().next()).or_else(under_heading)?;
        Timestamp::parse(&placed.text).map(|date| (date, placed))
    }

    /// The line is the evidence; the names on it may be those of people.
    fn name_deciders(&mut self) {
        let Some(field) = self.field(&["decision-makers", "deciders", "authors", "author"]) else { return };
        let names = field.texts.iter().flat_map(|placed| placed.text.split([',', ';']));
        let handles: Vec<String> = names.filter_map(|name| decider(name.trim_matches(['[', ']', '"', ' ']))).collect();
        if !handles.is_empty() {
            let evidence = self.at(field.line, "", technique::DECLARED).in_field("decision-makers");
            self.record.attribute(attribute::DECIDERS, Value::Texts(handles), evidence);
        }
    }

    fn succeed(&mut self) {
        let front = ["supersedes", "supercedes"].iter().filter_map(|name| self.front_field(name));
        let mut said: Vec<Placed> = front.flat_map(|field| field.texts).collect();
        let lines = self.outline.numbered().filter(|(_, text)| is_succession(text));
        said.extend(lines.map(|(line, text)| Placed { text: text.to_owned(), line }));
        for placed in said {
            self.supersede(&placed);
        }
    }

    fn supersede(&mut self, placed: &Placed) {
        let links: Vec<&str> = links_in(&placed.text).collect();
        for link in &links {
            if let Some(path) = resolved(self.path, link) {
                let target = Handle::within(Space::Path, path, &self.origin.source.0);
                self.relate_once_a_line(relation::SUCCESSOR_OF, target, placed.line, link, technique::LINK);
            }
        }
        if links.is_empty() {
            for (raw, number) in numbers_in(&placed.text) {
                let target = Handle::within(Space::NativeId, format!("adr:{number}"), &self.origin.source.0);
                self.relate_once_a_line(
                    relation::SUCCESSOR_OF,
                    target,
                    placed.line,
                    raw,
                    technique::EXPLICIT_REFERENCE,
                );
            }
        }
    }

    fn relate_once_a_line(
        &mut self,
        relation: twin_core::schema::Relation,
        target: Handle,
        line: usize,
        raw: &str,
        technique: &'static str,
    ) {
        if self.related.insert((target.clone(), line)) {
            let evidence = self.at(line, raw, technique);
            self.record.relate(relation, Target::Handle(target), evidence);
        }
    }

    fn forbid(&mut self) {
        let Some(field) = self.front_field("forbids") else { return };
        let texts: Vec<String> = field.texts.iter().map(|placed| placed.text.trim().to_owned()).collect();
        let raw = field.texts.first().map_or("", |placed| placed.text.as_str());
        let line = field.texts.first().map_or(field.line, |placed| placed.line);
        let evidence = self.at(line, raw, technique::DECLARED).in_field("forbids");
        self.record.attribute(attribute::FORBIDS, Value::Texts(texts), evidence);
        for placed in &field.texts {
            if let [left, _, right] = placed.text.split_whitespace().collect::<Vec<_>>()[..] {
                for name in [left, right] {
                    self.govern_name(name, placed.line, technique::EXPLICIT_REFERENCE);
                }
            }
        }
    }

    fn govern(&mut self) {
        let outline = self.outline;
        for link in outline.links.iter().filter(|link| !link.text.to_lowercase().contains(".md")) {
            if let Some(path) = resolved(self.path, &link.text) {
                let target = Handle::within(Space::Path, path, &self.origin.source.0);
                self.relate_once_a_line(relation::GOVERNS, target, link.line, &link.text, technique::LINK);
            }
        }
        for name in outline.names.iter().filter(|name| may_be_a_component(&name.text)) {
            self.govern_name(&name.text, name.line, technique::NAME_IN_TEXT);
        }
    }

    fn govern_name(&mut self, name: &str, line: usize, technique: &'static str) {
        let target = Handle::global(Space::ComponentName, name);
        self.relate_once_a_line(relation::GOVERNS, target, line, name, technique);
    }

    /// Everything holds since the day of the decision.
    fn finish(self) -> Record {
        let date = self.date().map(|(date, _)| date);
        let mut record = self.record;
        for observation in &mut record.observations {
            observation.valid_from = date;
        }
        record
    }
}

/// The first word, in lower case: `superseded by ADR-0005` is `superseded`.
fn status_word(text: &str) -> String {
    let lower = text.to_lowercase();
    let word = lower.split(|letter: char| !letter.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    match word {
        "superceded" => "superseded".to_owned(),
        word => word.to_owned(),
    }
}

fn is_succession(line: &str) -> bool {
    let bare = line.trim_start_matches(['*', '-', ' ', '_', '+']).to_lowercase();
    bare.starts_with("supersedes") || bare.starts_with("supercedes")
}

/// Where the links of a line lead to.
fn links_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

/// Numbers of decisions in a text: `ADR-0004`, `ADR 4`, `0004`.
fn numbers_in(text: &str) -> impl Iterator<Item = (&str, String)> {
    let digits = text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| (1..=5).contains(&digits.len()));
    digits.filter_map(|digits| Some((digits, four_digits(digits.parse().ok()?))))
}

/// The path that a link leads to, relative to the root; none outside of it or on the web.
fn resolved(path: &str, link: &str) -> Option<String> {
    let link = link.split(['#', '?']).next()?;
    if link.is_empty() || link.contains(':') || link.starts_with("//") {
        return None;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let start = if link.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(link.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn may_be_a_component(name: &str) -> bool {
    let known = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    name.len() <= 40 && name.starts_with(char::is_alphanumeric) && name.chars().all(known)
}

/// An opaque handle: what names a team or an account is kept, what may name a person is digested.
fn decider(name: &str) -> Option<String> {
    if name.is_empty() || name.contains(['{', '}']) {
        return None;
    }
    if let Some(handle) = name.strip_prefix('@') {
        return Some(handle.to_owned());
    }
    let digest = |sort: &str| Some(format!("{sort}:{}", Digest::of(name.to_lowercase().as_bytes())));
    match () {
        () if name.contains('@') => digest("mail"),
        () if name.to_lowercase().contains("team") => Some(name.to_owned()),
        () => digest("person"),
    }
}
