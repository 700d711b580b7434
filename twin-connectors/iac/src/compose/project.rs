//! One project: its files, its variables, its name.

use std::collections::BTreeMap;

use twin_connector_base::config::interpolation::{Syntax, Variables, expand};
use twin_connector_base::document::{self, Document, Node};
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, Outcome, SourceId, code};

use super::file::File;
use super::{Compose, path};

/// What all files of a project share.
pub(super) struct Project<'a> {
    pub source: SourceId,
    pub name: String,
    pub network: String,
    pub folder: String,
    pub variables: Variables,
    pub texts: BTreeMap<&'a str, &'a str>,
    pub lines: BTreeMap<&'a str, Vec<&'a str>>,
    pub files: Vec<(&'a str, Vec<Document>)>,
}

pub(super) fn decode(payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
    let (files, companions) = sorted(payloads);
    let project = Project::new(&files, &companions, origin);
    let hidden = hidden(&project, &files, &companions, origin);
    let mut decoded: Vec<Decoded> = files.iter().map(|file| in_file(file, &project, hidden)).collect();
    decoded.extend(companions.iter().filter_map(|companion| refused(companion, origin)));
    if let Some(reason) = decoded.iter().find_map(reason) {
        decoded.iter_mut().for_each(|file| file.outcome = Outcome::Partial(reason.clone()));
    }
    decoded.sort_by(|left, right| left.path.cmp(&right.path));
    decoded
}

/// The files of variables that the services of a file name, as it writes them; those with a variable in their name are left out.
pub(super) fn env_files(path: &str, head: &[u8]) -> Vec<String> {
    let documents = document::documents(path, head, &Limits::default());
    let services = roots(&documents).filter_map(|root| root.get("services")).flat_map(Node::entries);
    let nodes = services.filter_map(|(_, service)| service.get("env_file"));
    let named = nodes.flat_map(|node| std::iter::once(node).chain(node.items()));
    let texts = named.filter_map(|node| node.get("path").unwrap_or(node).as_str());
    texts.filter(|text| !text.contains('$')).map(str::to_owned).collect()
}

/// Compose files, and the files that they are read along with.
fn sorted<'a>(payloads: &[Payload<'a>]) -> (Vec<Payload<'a>>, Vec<Payload<'a>>) {
    let recognised =
        |payload: &&Payload<'_>| Compose.recognises(payload.path, payload.bytes.unwrap_or_default()) != Recognition::No;
    let any = payloads.iter().any(|payload| recognised(&payload));
    payloads.iter().partition(|payload| if any { recognised(payload) } else { !is_environment(payload.path) })
}

fn is_environment(path: &str) -> bool {
    let name = path::name(path);
    name.ends_with(".env") || name.starts_with(".env.")
}

impl<'a> Project<'a> {
    fn new(files: &[Payload<'a>], companions: &[Payload<'a>], origin: &Origin) -> Self {
        let folder = files.first().map_or("", |file| path::folder(file.path)).to_owned();
        let all = files.iter().chain(companions);
        let texts =
            all.filter_map(|payload| Some((payload.path, text(payload, origin).ok()?))).collect::<BTreeMap<_, _>>();
        let mut variables = Variables::default();
        let environment = path::joined(&folder, ".env").unwrap_or_default();
        if let Some((path, text)) = texts.get_key_value(environment.as_str()) {
            variables.read(path, text);
        }
        let files: Vec<_> = files.iter().map(|file| (file.path, documents(file, origin))).collect();
        let name = name(&files, &variables, &folder, &origin.source);
        let lines = texts.iter().map(|(path, text)| (*path, text.lines().collect())).collect();
        let network = format!("compose/{}/{name}", origin.source);
        Project { source: origin.source.clone(), name, network, folder, variables, texts, lines, files }
    }

    /// The node of that path of keys, in whichever file of the project has it.
    pub fn definition(&self, keys: &[&str]) -> Option<(&'a str, &Node)> {
        let mut roots = self.files.iter().flat_map(|(path, documents)| roots(documents).map(move |root| (*path, root)));
        roots.find_map(|(path, root)| Some((path, root.at(keys)?)))
    }
}

fn roots(documents: &[Document]) -> impl Iterator<Item = &Node> {
    documents.iter().filter_map(|document| document.root.as_ref().ok())
}

/// The text of a payload, or why there is none.
fn text<'a>(payload: &Payload<'a>, origin: &Origin) -> Result<&'a str, Diagnostic> {
    let refuse = |code, line, message: &str| Diagnostic::rejected(code, Locator::line(payload.path, line), message);
    let bytes = payload.bytes.map_err(|reason| refuse(code::UNREADABLE, 0, reason))?;
    if bytes.len() as u64 > origin.limits.payload_bytes {
        return Err(refuse(code::LIMIT, 0, "longer than the limit"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        refuse(code::ENCODING, 1 + before.iter().filter(|byte| **byte == b'\n').count(), "not UTF-8 from here on")
    })
}

fn documents(file: &Payload<'_>, origin: &Origin) -> Vec<Document> {
    let broken = |diagnostic| vec![Document { index: 0, line: 1, root: Err(diagnostic) }];
    match file.bytes {
        Err(_) => text(file, origin).err().map(broken).unwrap_or_default(),
        Ok(bytes) => document::documents(file.path, bytes, &origin.limits),
    }
}

fn name(files: &[(&str, Vec<Document>)], variables: &Variables, folder: &str, source: &SourceId) -> String {
    let mut roots = files.iter().flat_map(|(_, documents)| roots(documents));
    let declared = roots.find_map(|root| root.get("name").and_then(Node::as_str));
    let declared = declared.map(|name| expand(name, Syntax::Shell, variables).text);
    let variable = || variables.get("COMPOSE_PROJECT_NAME").map(|value| value.text.clone());
    let named = declared.or_else(variable).filter(|name| !name.is_empty());
    let last = |path: &str| path.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    named.unwrap_or_else(|| last(if folder.is_empty() { &source.0 } else { folder }))
}

/// A file that could not be read, and without which the others mean something else: the values of their variables, or the name of
/// the project, which is part of the name of every service.
fn hidden<'a>(
    project: &Project<'_>,
    files: &[Payload<'a>],
    companions: &[Payload<'a>],
    origin: &Origin,
) -> Option<&'a str> {
    let uses_variables =
        project.files.iter().any(|(path, _)| project.texts.get(path).is_some_and(|text| text.contains('$')));
    let is_named =
        project.files.iter().flat_map(|(_, documents)| roots(documents)).any(|root| root.get("name").is_some());
    let is_whole = |path: &str| {
        let mut documents = project.files.iter().filter(|(file, _)| *file == path).flat_map(|(_, documents)| documents);
        documents.all(|document| document.root.is_ok())
    };
    let environment = companions.iter().find(|companion| text(companion, origin).is_err());
    let environment = environment.filter(|_| uses_variables || !is_named);
    let unnamed = || files.iter().find(|file| !is_named && !is_whole(file.path));
    environment.or_else(unnamed).map(|payload| payload.path)
}

fn in_file(payload: &Payload<'_>, project: &Project<'_>, hidden: Option<&str>) -> Decoded {
    if let (Ok(_), Some(hidden)) = (payload.bytes, hidden.filter(|hidden| *hidden != payload.path)) {
        let why = format!("{hidden} could not be read, and what this file says depends on it");
        return Decoded::rejected(
            payload.path,
            Diagnostic::rejected(code::UNRESOLVED, Locator::line(payload.path, 0), why),
        );
    }
    let mut file = File::new(payload.path, project);
    let documents = project.files.iter().find(|(path, _)| *path == payload.path).map(|(_, documents)| documents);
    let documents = documents.map(Vec::as_slice).unwrap_or_default();
    match payload.bytes {
        Ok(bytes) if bytes.trim_ascii().is_empty() => file.reject(code::SHAPE, 1, "empty: no services"),
        Ok(_) if documents.is_empty() => file.warn(code::SHAPE, 1, "nothing but comments"),
        _ => {}
    }
    documents.iter().for_each(|document| file.read(document));
    file.decoded()
}

/// What to say of a companion: only why it could not be read.
fn refused(companion: &Payload<'_>, origin: &Origin) -> Option<Decoded> {
    text(companion, origin).err().map(|diagnostic| Decoded::rejected(companion.path, diagnostic))
}

fn reason(decoded: &Decoded) -> Option<String> {
    match &decoded.outcome {
        Outcome::Partial(reason) => Some(format!("{}: {reason}", decoded.path)),
        _ => None,
    }
}
