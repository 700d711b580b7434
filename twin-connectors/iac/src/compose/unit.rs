//! Files that are laid over each other, what their variables are, and the evidence for what they say.

use std::collections::BTreeMap;

use twin_connector_base::config::interpolation::{Origin, Syntax, Traced, Variables, expand};
use twin_core::observe::{Evidence, Locator, Step};

use super::files::Files;
use super::path;
use super::project::Project;
use super::tree::{Node, Place};

/// A scalar over several lines is looked through for so many.
const ROOM: usize = 200;

/// One service as its files leave it.
pub(super) struct Merged {
    pub name: String,
    /// Where each file that has it begins it, the lowest first.
    pub places: Vec<Place>,
    pub node: Node,
}

/// What a project starts together from one place: its own files, or those of one `include`.
pub(super) struct Unit<'p, 'a> {
    pub project: &'p Project<'a>,
    pub files: &'p Files<'a>,
    pub variables: Variables,
    pub services: Vec<Merged>,
    /// The services that share the network stack of another, by that one's name.
    sharing: BTreeMap<String, Vec<usize>>,
}

impl<'p, 'a> Unit<'p, 'a> {
    pub fn new(project: &'p Project<'a>, files: &'p Files<'a>, variables: &Variables, services: Vec<Merged>) -> Self {
        let sharing = BTreeMap::new();
        let mut unit = Unit { project, files, variables: variables.clone(), services, sharing };
        for (at, service) in unit.services.iter().enumerate() {
            let mode = service.node.get("network_mode").and_then(Node::as_str);
            let mode = mode.map(|mode| expand(mode, Syntax::Shell, variables).text);
            for owner in mode.iter().filter_map(|mode| mode.strip_prefix("service:")) {
                unit.sharing.entry(owner.to_owned()).or_default().push(at);
            }
        }
        unit
    }

    /// The services that share the network stack of another.
    pub fn sharing(&self, owner: &str) -> impl Iterator<Item = &Merged> {
        let places = self.sharing.get(owner).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.services.get(*at))
    }
}

impl Unit<'_, '_> {
    /// A scalar with its variables filled in.
    pub fn text(&self, node: &Node) -> Option<Traced> {
        node.as_str().map(|text| self.expanded(text, &node.place))
    }

    /// A text of that place with its variables filled in.
    pub fn expanded(&self, text: &str, place: &Place) -> Traced {
        let value = expand(text, Syntax::Shell, &self.variables);
        for name in &value.unknown {
            self.files.unknown(&place.source.path, place.line, name);
        }
        value
    }

    /// A path within the scanned folder, as the file means it in which the node stands.
    pub fn path(&self, place: &Place, relative: &str) -> Option<String> {
        path::joined(place.source.folder.as_deref()?, relative)
    }

    /// Why a part of a value is believed: the line that uses it, the lines that lead to where the part was written.
    /// `raws` are ways to show it, the best first, none of them secret.
    pub fn evidence(&self, place: &Place, value: &Traced, raws: &[&str], technique: &'static str) -> Evidence {
        let offset = raws.iter().find_map(|raw| value.text.find(raw)).unwrap_or_default();
        self.evidence_of(place, value.trail_at(offset), raws, technique)
    }

    /// Why something that stands at a place is believed.
    pub fn stands(&self, place: &Place, raw: &str, technique: &'static str) -> Evidence {
        self.evidence_of(place, &[], &[raw], technique)
    }

    /// The same with definitions that are known already.
    pub fn evidence_of(&self, place: &Place, trail: &[Origin], raws: &[&str], technique: &'static str) -> Evidence {
        let next = |index: usize| trail.get(index).map(|origin| origin.name.as_str());
        let mut steps = self.taken_by(place);
        steps.push(self.shown(&place.source.path, place.line, raws.iter().copied().chain(next(0))));
        for (index, origin) in trail.iter().enumerate() {
            let names = next(index + 1).into_iter().chain([origin.name.as_str()]);
            steps.push(self.shown(&origin.path, origin.line, raws.iter().copied().chain(names)));
        }
        let mut evidence = Evidence::at(Locator::line("", 0), "", technique);
        evidence.chain = steps;
        evidence
    }

    /// The lines by which something is taken from elsewhere.
    fn taken_by(&self, place: &Place) -> Vec<Step> {
        let lines = std::iter::successors(place.via.as_deref(), |via| via.next.as_deref());
        lines.map(|via| self.shown(&via.path, via.line, [via.raw.as_str()].into_iter())).collect()
    }

    /// The first of the texts that stands on the line, or else on one of the lines after it.
    fn shown<'t>(&self, path: &str, line: usize, texts: impl Iterator<Item = &'t str> + Clone) -> Step {
        let lines = self.files.get(path).map(|file| file.lines.as_slice()).unwrap_or_default();
        let numbered = lines.iter().enumerate().skip(line.saturating_sub(1)).take(ROOM);
        let stands = |(index, line): (usize, &&str)| {
            texts.clone().find(|text| !text.is_empty() && line.contains(text)).map(|text| (index + 1, text.to_owned()))
        };
        let (line, raw) = numbered.into_iter().find_map(stands).unwrap_or((line, String::new()));
        Step { locator: Locator::line(path, line), raw }
    }
}
