//! A POM with those that it inherits from, and what a text in it means once its properties are put in.

use std::collections::BTreeMap;

use twin_connector_base::Payload;
use twin_connector_base::document::Node;
use twin_core::observe::{Diagnostic, code};

use super::{POM, xml};
use crate::packages::{File, Told, folder_of, join, within};

/// Parents of parents; more than so many nobody writes.
const GENERATIONS: usize = 16;
/// Properties may name properties.
const ROUNDS: usize = 8;

/// One POM of the line.
pub(super) struct Pom<'a> {
    pub file: File<'a>,
    pub root: Node,
}

/// A POM, its parent, and so on.
pub(super) struct Model<'a> {
    /// The POM itself first.
    pub poms: Vec<Pom<'a>>,
    /// What the nearest says comes first.
    properties: BTreeMap<String, String>,
}

impl<'a> Model<'a> {
    /// Reads a POM and the parents that are at hand.
    ///
    /// # Errors
    /// The rejection of a file that is no POM.
    pub fn read(file: &File<'a>, payloads: &[Payload<'a>]) -> Result<Self, Diagnostic> {
        let mut poms = vec![pom(file)?];
        while let Some(parent) = poms.last().and_then(|last| parent(last, payloads)) {
            if poms.len() > GENERATIONS {
                break;
            }
            poms.push(parent);
        }
        let properties = poms.iter().rev().flat_map(properties).collect();
        Ok(Model { poms, properties })
    }

    /// The scalar at a path of the POM itself.
    pub fn own(&self, path: &[&str]) -> Option<Told> {
        let pom = self.poms.first()?;
        pom.file.told(pom.root.at(path)?)
    }

    /// A field that is inherited: of the POM itself, else what it says of its parent, else of a parent.
    pub fn inherited(&self, key: &str) -> Option<Told> {
        let said = |pom: &Pom<'a>| {
            let own = pom.root.get(key).and_then(|node| pom.file.told(node));
            own.or_else(|| pom.file.told(pom.root.at(&["parent", key])?))
        };
        self.poms.iter().find_map(said)
    }

    /// A text with its properties put in; a property that nobody says stays as it is written.
    pub fn resolved(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..ROUNDS {
            let Some(next) = self.once(&text) else { break };
            text = next;
        }
        text
    }

    fn once(&self, text: &str) -> Option<String> {
        let mut from = 0;
        while let Some(start) = text.get(from..)?.find("${").map(|at| at + from) {
            let end = start + text.get(start..)?.find('}')?;
            if let Some(value) = self.property(text.get(start + 2..end)?) {
                let whole = format!("{}{value}{}", text.get(..start)?, text.get(end + 1..)?);
                return (whole.len() <= self.poms.first()?.file.origin.limits.line_bytes).then_some(whole);
            }
            from = end;
        }
        None
    }

    fn property(&self, name: &str) -> Option<String> {
        let of_project = name.strip_prefix("project.").or_else(|| name.strip_prefix("pom."));
        if let Some(field) = of_project {
            let key = field.strip_prefix("parent.");
            let told = match key {
                Some(key) => self.own(&["parent", key]),
                None => self.inherited(field),
            };
            return told.map(|told| told.text);
        }
        self.properties.get(name).cloned()
    }
}

fn properties(pom: &Pom<'_>) -> Vec<(String, String)> {
    let entries = pom.root.get("properties").map(Node::entries).unwrap_or_default().iter();
    entries.filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value.as_str()?.to_owned()))).collect()
}

fn pom<'a>(file: &File<'a>) -> Result<Pom<'a>, Diagnostic> {
    let (name, root) = xml::root(file)?;
    match name.as_str() {
        "project" => Ok(Pom { file: file.clone(), root }),
        _ => Err(file.refuse(code::NOT_RECOGNISED, 0, "no project of Maven")),
    }
}

/// The parent of a POM, where it stands in the repository under the name that it is given.
fn parent<'a>(child: &Pom<'a>, payloads: &[Payload<'a>]) -> Option<Pom<'a>> {
    let said = child.root.get("parent")?;
    let relative = said.get("relativePath").map_or(Some("../pom.xml"), Node::as_str)?;
    let path = within(child.file.folder(), relative);
    let path = if path.ends_with(".xml") { path } else { join(&path, POM) };
    if folder_of(&path).len() >= child.file.folder().len() && path == child.file.path {
        return None;
    }
    let payload = payloads.iter().find(|payload| payload.path == path)?;
    let found = pom(&File::open(payload, child.file.origin).ok()?).ok()?;
    let artifact = |node: &Node| node.get("artifactId").and_then(Node::as_str).map(str::to_owned);
    (artifact(&found.root) == artifact(said)).then_some(found)
}
