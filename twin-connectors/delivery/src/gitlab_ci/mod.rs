//! GitLab CI: pipelines by their structure.
//!
//! A file is one pipeline: its stages and jobs, the images that they run in and beside, the files, components and templates that it includes,
//! the pipelines that it starts, and what it builds. An included file of the same checkout is a pipeline of its own that this one depends on;
//! what lies elsewhere is named and never fetched. Hidden jobs count where a job extends them, or where a file has no others.
//!
//! Never read: `variables`, `secrets`, `id_tokens`, and of scripts nothing but `docker build`. Conditions (`rules`, `only`, `except`) are not evaluated.

mod include;
mod job;

use twin_connector_base::document::{Document, Node, documents};
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Digest;
use twin_core::observe::{Capability, Diagnostic, Handle, Locator, Proof, RecordKey, Space, Target, code, technique};
use twin_core::schema::{attribute, kind, relation};

use crate::file::{File, is_plain};
use crate::paths;

/// Reads pipelines of GitLab CI.
#[derive(Clone, Copy, Debug, Default)]
pub struct GitlabCi;

const MAIN: [&str; 2] = [".gitlab-ci.yml", ".gitlab-ci.yaml"];
const ENDINGS: [&str; 2] = [".gitlab-ci.yml", ".gitlab-ci.yaml"];

/// Keys at the top that are no jobs.
const KEYWORDS: [&str; 12] = [
    "stages",
    "types",
    "variables",
    "default",
    "include",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
];
/// Keys that only a job has.
const OF_JOBS: [&str; 6] = ["script", "trigger", "extends", "rules", "stage", "run"];

impl Decoder for GitlabCi {
    fn capability(&self) -> Capability {
        let kinds = [kind::PIPELINE, kind::PACKAGE, kind::IMAGE];
        let relations = [relation::DEPENDS_ON, relation::BUILT_FROM, relation::BUILT_BY];
        let capability = Capability::of_files("gitlab-ci", &kinds, &relations);
        Capability { proof: Proof::Documented, ..capability }.blind_to(&[
            "which jobs run: `rules`, `only` and `except` are not evaluated",
            "what included files of other projects, components and templates hold",
            "included files that a pattern or a variable names",
            "names that variables make when the pipeline runs",
            "what scripts do, but for the images that `docker build` makes",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        let name = paths::name(path);
        if ENDINGS.iter().any(|ending| name.ends_with(ending)) { Recognition::ByName } else { Recognition::No }
    }

    /// The files of the same checkout that a pipeline includes.
    fn companions(&self, path: &str, head: &[u8]) -> Vec<String> {
        let limits = twin_core::base::Limits::default();
        let roots = documents(path, head, &limits).into_iter().filter_map(|document| document.root.ok());
        let named: Vec<String> = roots.flat_map(|root| include::local_files(&root, base(path))).collect();
        named.into_iter().filter(|file| self.recognises(file, &[]) == Recognition::No).collect()
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let main = payloads.iter().find(|payload| MAIN.contains(&paths::name(payload.path)));
        let base = main.map_or("", |payload| base(payload.path));
        payloads.iter().map(|payload| file(payload, origin, base)).collect()
    }
}

/// The folder from which the paths of a pipeline start: the one that holds the main file. Of other files it is the root.
fn base(path: &str) -> &str {
    if MAIN.contains(&paths::name(path)) { paths::folder(path) } else { "" }
}

fn file(payload: &Payload<'_>, origin: &Origin, base: &str) -> Decoded {
    let refuse = |code, line, why: &str| {
        Decoded::rejected(payload.path, Diagnostic::rejected(code, Locator::line(payload.path, line), why))
    };
    let bytes = match payload.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return refuse(code::UNREADABLE, 0, reason),
    };
    let mut found: Vec<Document> = documents(payload.path, bytes, &origin.limits);
    found.retain(|document| !document.root.as_ref().is_ok_and(is_header));
    if found.is_empty() {
        return refuse(code::NOT_RECOGNISED, 0, "no pipeline: nothing stands in it");
    }
    let Document { root, line, .. } = found.remove(0);
    match root {
        Err(broken) => Decoded::rejected(payload.path, Diagnostic { records: 1, ..broken }),
        Ok(root) if is_pipeline(&root) => {
            let text = str::from_utf8(bytes).unwrap_or_default();
            read(begin(payload.path, text, origin, base, &root), &root, base, &found)
        }
        Ok(_) => refuse(code::NOT_RECOGNISED, line, "no pipeline: it has no jobs, stages or includes"),
    }
}

/// The document before the pipeline in which a file says what it asks for.
fn is_header(root: &Node) -> bool {
    matches!(root.entries(), [(only, _)] if only.as_str() == Some("spec"))
}

fn is_pipeline(root: &Node) -> bool {
    let has_keyword = ["stages", "include"].iter().any(|key| root.get(key).is_some());
    has_keyword || jobs(root).any(|(_, _, job)| OF_JOBS.iter().any(|key| job.get(key).is_some()))
}

/// Everything at the top that is no keyword: each with its name and the line of it.
fn jobs(root: &Node) -> impl Iterator<Item = (&str, usize, &Node)> {
    let named = root.entries().iter().filter_map(|(name, node)| Some((name.as_str()?, name.line, node)));
    named.filter(|(name, _, _)| !KEYWORDS.contains(name))
}

/// The pipeline of a file, called by the name that its workflow has, or else by its file's. Of several folders those of one name are told apart by
/// a digest of the folder.
fn begin<'a>(path: &'a str, text: &'a str, origin: &'a Origin, base: &str, root: &Node) -> File<'a> {
    let (stem, folder) = (paths::stem(path).trim_start_matches('.'), paths::folder(path));
    let place = if folder.is_empty() { String::new() } else { format!("@{}", Digest::of(folder.as_bytes())) };
    let key = RecordKey::new(&origin.source, kind::PIPELINE, format!("{stem}{place}"));
    let named =
        root.at(&["workflow", "name"]).and_then(|node| Some((node.line, node.as_str().filter(|name| is_plain(name))?)));
    let name = named.map_or(stem.strip_suffix(".gitlab-ci").unwrap_or(stem), |(_, name)| name);
    let first = root.entries().first().map_or((1, ""), |(name, _)| (name.line, name.as_str().unwrap_or_default()));
    let (line, shown) = named.unwrap_or(first);
    let mut file = File::new(path, text, origin, key, name, (line, &[shown]));
    let evidence = || file.stands(first.0, &[first.1], technique::DECLARED);
    let (own, from, kind) = (evidence(), evidence(), evidence());
    let handle = handle(&file, path);
    file.pipeline.known_as(handle, own);
    file.pipeline.relate(
        relation::BUILT_FROM,
        Target::Handle(Handle::within(Space::Path, base, &origin.source.0)),
        from,
    );
    file.attribute(attribute::PLATFORM_KIND, "pipeline", kind);
    file
}

/// The name of a pipeline's file for others of the same checkout.
fn handle(file: &File<'_>, path: &str) -> Handle {
    Handle::within(Space::NativeId, format!("gitlab-ci:{path}"), &file.origin.source.0)
}

fn read(mut file: File<'_>, root: &Node, base: &str, more: &[Document]) -> Decoded {
    for stage in root.get("stages").map(Node::items).unwrap_or_default() {
        if let Some(name) = stage.as_str().filter(|name| is_plain(name)) {
            file.label("stage", name, stage.line);
        }
    }
    if let Some(node) = root.get("include") {
        include::read_all(&mut file, node, base);
    }
    let defaults = root.get("default");
    for holder in [Some(root), defaults].into_iter().flatten() {
        job::images(&mut file, holder);
        job::scripts(&mut file, holder, base);
    }
    job::read_all(&mut file, root, base);
    if let Some(second) = more.first() {
        file.mistyped(second.line, "a second document, that GitLab would not read");
    }
    file.decoded()
}
