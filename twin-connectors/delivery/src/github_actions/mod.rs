//! GitHub Actions: workflows and composite actions, by their structure.
//!
//! A file is one pipeline: its triggers and jobs, the actions and workflows that it uses, the images that its jobs run in and beside, and what
//! it builds. An action of the registry is a package, `pkg:githubactions/owner/name`; its `ref` is the version of the relation, and where the
//! ref is no commit it is the range as well, because whatever it names tomorrow is accepted.
//!
//! Never read: `env`, `with` but for the actions that build images, `run` but for `docker build`, anything within `${{ }}`.

mod action;
mod job;
mod step;
mod uses;

use std::collections::BTreeSet;

use twin_connector_base::document::{Content, Document, Node, documents};
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Digest;
use twin_core::observe::{Capability, Diagnostic, Handle, Locator, Proof, RecordKey, Space, Target, code, technique};
use twin_core::schema::{Value, attribute, kind, relation};

use crate::file::{File, is_plain};
use crate::needs::flaws;
use crate::paths;

/// Reads workflows and composite actions of GitHub Actions.
#[derive(Clone, Copy, Debug, Default)]
pub struct GithubActions;

const FOLDER: &str = ".github/workflows";

impl Decoder for GithubActions {
    fn capability(&self) -> Capability {
        let kinds = [kind::PIPELINE, kind::PACKAGE, kind::IMAGE];
        let relations = [relation::DEPENDS_ON, relation::BUILT_FROM, relation::BUILT_BY];
        let capability = Capability::of_files("github-actions", &kinds, &relations);
        Capability { proof: Proof::Documented, ..capability }.blind_to(&[
            "what a matrix expands to, and which jobs their conditions let run",
            "names that an expression makes when the workflow runs",
            "what scripts do, but for the images that `docker build` makes",
            "what the actions do that it uses",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
        let is_action = || ["action.yml", "action.yaml"].contains(&paths::name(path)) && says_how_it_runs(head);
        match is_yaml && (is_workflow(path) || is_action()) {
            true => Recognition::ByName,
            false => Recognition::No,
        }
    }

    /// The workflows of one repository share a folder, and within it a name may stand for one of them only.
    fn group(&self, path: &str) -> Option<String> {
        is_workflow(path).then(|| paths::folder(path).to_owned())
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let mut taken = BTreeSet::new();
        payloads.iter().map(|payload| file(payload, origin, &mut taken)).collect()
    }
}

fn is_workflow(path: &str) -> bool {
    let folder = paths::folder(path);
    folder == FOLDER || folder.strip_suffix(FOLDER).is_some_and(|above| above.ends_with('/'))
}

fn says_how_it_runs(head: &[u8]) -> bool {
    String::from_utf8_lossy(head).lines().any(|line| line.starts_with("runs:"))
}

/// The folder from which the paths of a workflow start: the one above `.github`.
fn base(path: &str) -> &str {
    let parts = path
        .match_indices(".github/")
        .find(|(at, _)| *at == 0 || path.get(..*at).is_some_and(|above| above.ends_with('/')));
    parts.and_then(|(at, _)| path.get(..at)).map_or("", |above| above.trim_end_matches('/'))
}

fn file(payload: &Payload<'_>, origin: &Origin, taken: &mut BTreeSet<RecordKey>) -> Decoded {
    let refuse = |code, line, why: &str| {
        Decoded::rejected(payload.path, Diagnostic::rejected(code, Locator::line(payload.path, line), why))
    };
    let bytes = match payload.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return refuse(code::UNREADABLE, 0, reason),
    };
    let mut found = documents(payload.path, bytes, &origin.limits);
    if found.is_empty() {
        return refuse(code::NOT_RECOGNISED, 0, "no workflow: nothing stands in it");
    }
    let Document { root, line, .. } = found.remove(0);
    let root = match root {
        Ok(root) => root,
        Err(broken) => return Decoded::rejected(payload.path, Diagnostic { records: 1, ..broken }),
    };
    let text = str::from_utf8(bytes).unwrap_or_default();
    let begun = Begun { path: payload.path, text, origin };
    match (begins(&root, "jobs"), begins(&root, "runs")) {
        (Some(jobs), _) => begun.workflow(&root, jobs, taken, &found),
        (None, Some(runs)) => begun.action(&root, runs, taken, &found),
        (None, None) => refuse(code::NOT_RECOGNISED, line, "no workflow: it has no jobs"),
    }
}

/// The mapping of that key, with the line of the key.
fn begins<'n>(root: &'n Node, key: &str) -> Option<(usize, &'n Node)> {
    let (name, node) = root.entries().iter().find(|(name, _)| name.as_str() == Some(key))?;
    matches!(node.content, Content::Mapping(_)).then_some((name.line, node))
}

/// A file that is a workflow or an action.
struct Begun<'a> {
    path: &'a str,
    text: &'a str,
    origin: &'a Origin,
}

impl<'a> Begun<'a> {
    fn workflow(
        &self,
        root: &Node,
        (line, jobs): (usize, &Node),
        taken: &mut BTreeSet<RecordKey>,
        more: &[Document],
    ) -> Decoded {
        let mut file = self.begin(root, (line, "jobs"), "", base(self.path), paths::stem(self.path), taken);
        file.attribute(attribute::PLATFORM_KIND, "workflow", file.stands(line, &["jobs"], technique::DECLARED));
        answer(&mut file, self.path, line, "jobs");
        triggers(&mut file, root);
        let folder = root.at(&["defaults", "run", "working-directory"]);
        let waiting = job::read_all(&mut file, jobs, base(self.path), folder);
        file.jobs(waiting.iter().map(|job| job.job.clone()).collect(), waiting.first().map_or(line, |job| job.line));
        flaws(&waiting, false).into_iter().for_each(|(line, why)| file.warn(code::UNRESOLVED, line, why));
        finish(file, more)
    }

    fn action(
        &self,
        root: &Node,
        (line, runs): (usize, &Node),
        taken: &mut BTreeSet<RecordKey>,
        more: &[Document],
    ) -> Decoded {
        let folder = paths::folder(self.path);
        let mut file = self.begin(root, (line, "runs"), "action:", folder, paths::name(folder), taken);
        file.attribute(attribute::PLATFORM_KIND, "action", file.stands(line, &["runs"], technique::DECLARED));
        answer(&mut file, folder, line, "runs");
        action::read(&mut file, runs, base(self.path));
        finish(file, more)
    }

    /// The pipeline of a file: called by its name, or else by its file's. Of several that are called the same, the later ones are told apart by
    /// their files; those of several folders by a digest of the folder.
    fn begin(
        &self,
        root: &Node,
        (line, word): (usize, &str),
        sort: &str,
        folder: &str,
        other: &str,
        taken: &mut BTreeSet<RecordKey>,
    ) -> File<'a> {
        let named = root.get("name").and_then(|node| Some((node.line, node.as_str().filter(|name| is_plain(name))?)));
        let name = named.map_or(if other.is_empty() { "action" } else { other }, |(_, name)| name);
        let place = if folder.is_empty() { String::new() } else { format!("@{}", Digest::of(folder.as_bytes())) };
        let key = |name: &str| RecordKey::new(&self.origin.source, kind::PIPELINE, format!("{sort}{name}{place}"));
        let mut free = key(name);
        if !taken.insert(free.clone()) {
            free = key(&format!("{name}#{}", paths::name(self.path)));
            taken.insert(free.clone());
        }
        let shown = named.unwrap_or((line, word));
        let mut file = File::new(self.path, self.text, self.origin, free, name, (shown.0, &[shown.1]));
        let target = Target::Handle(Handle::within(Space::Path, base(self.path), &self.origin.source.0));
        let evidence = file.stands(line, &[word], technique::DECLARED);
        file.pipeline.relate(relation::BUILT_FROM, target, evidence);
        file
    }
}

/// Other workflows refer to it by its path.
fn answer(file: &mut File<'_>, path: &str, line: usize, word: &str) {
    let evidence = file.stands(line, &[word], technique::DECLARED);
    let handle = handle(file, path);
    file.pipeline.known_as(handle, evidence);
}

/// The name of a workflow or an action of the same checkout.
fn handle(file: &File<'_>, path: &str) -> Handle {
    Handle::within(Space::NativeId, format!("github-actions:{path}"), &file.origin.source.0)
}

/// A workflow is one document: what follows it is not understood.
fn finish(mut file: File<'_>, more: &[Document]) -> Decoded {
    if let Some(second) = more.first() {
        file.mistyped(second.line, "a second document, that GitHub would not read");
    }
    file.decoded()
}

/// What starts the workflow, and the folders whose changes do.
fn triggers(file: &mut File<'_>, root: &Node) {
    let Some(on) = root.get("on") else { return };
    let listed = on.items().iter().chain(on.as_str().map(|_| on));
    let events = listed.chain(on.entries().iter().map(|(name, _)| name));
    let is_event = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let named: Vec<(usize, &str)> =
        events.filter_map(|node| Some((node.line, node.as_str().filter(is_event)?))).collect();
    if let Some((line, first)) = named.first() {
        let evidence = file.stands(*line, &[first], technique::DECLARED);
        let names = named.iter().map(|(_, name)| (*name).to_owned()).collect();
        file.attribute(attribute::TRIGGERS, Value::Texts(names), evidence);
    }
    let filters = on.entries().iter().filter_map(|(_, event)| event.get("paths")).flat_map(Node::items);
    for filter in filters {
        let Some(folder) = filter.as_str().and_then(paths::of_filter) else { continue };
        let Some(folder) = paths::joined(base(file.path), &folder) else { continue };
        let evidence = file.stands(filter.line, &[filter.as_str().unwrap_or_default()], technique::PATH_PATTERN);
        file.builder_of(&folder, evidence);
    }
}
