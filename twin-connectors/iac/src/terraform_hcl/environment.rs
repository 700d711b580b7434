//! Variables of functions and containers: whom they name. Their values go no further.

use twin_connector_base::endpoint::{self, Endpoint};
use twin_core::observe::{Evidence, Target, technique};

use crate::terraform_state::saying::{Saying, explicit};

use super::module::{Located, Module};
use super::syntax::Reference;
use super::target::Taken;
use super::value::{Piece, Said};

/// What stands in a text for a part that only a run would tell.
const OPEN: &str = "twin-open-";
/// The same where a port may stand.
const OPEN_PORT: &str = "64999";
/// Values longer than this are documents.
const LONGEST: usize = 16 << 10;

/// A text of which some parts are not known.
pub(super) struct Joined<'a> {
    pub text: String,
    pub pieces: Vec<Piece<'a>>,
    /// Where each part stands in the text.
    offsets: Vec<usize>,
}

impl<'a> Joined<'a> {
    /// Puts the parts together; `None` if that is too long.
    pub fn of(module: &Module<'a>, at: &Located<'a>) -> Option<Self> {
        let pieces = module.pieces(at);
        let (mut text, mut offsets) = (String::new(), Vec::new());
        for (place, piece) in pieces.iter().enumerate() {
            offsets.push(text.len());
            let stand_in = match &piece.said {
                Said::Text(known) => known.to_string(),
                Said::Open(_) if text.ends_with(':') && !text.ends_with("://") => OPEN_PORT.to_owned(),
                Said::Open(reference) => stand_in(module, *reference, place, text.ends_with("://")),
            };
            text.push_str(&stand_in);
        }
        (text.len() <= LONGEST).then_some(Joined { text, pieces, offsets })
    }

    /// Whether all of it is known.
    fn is_known(&self) -> bool {
        self.pieces.iter().all(|piece| piece.text().is_some())
    }

    /// Where a part of the text is written.
    pub fn evidence(&self, module: &Module<'a>, raw: &str, technique: &'static str) -> Evidence {
        let start = self.text.find(raw).filter(|_| !raw.is_empty()).unwrap_or(self.text.len());
        let end = start + raw.len();
        let covers = |place: usize| {
            let from = self.offsets.get(place).copied().unwrap_or_default();
            let to = self.offsets.get(place + 1).copied().unwrap_or(self.text.len());
            (from < end && start < to).then(|| (start.max(from) - from, end.min(to) - from))
        };
        let parts: Vec<(&Piece<'a>, (usize, usize))> =
            self.pieces.iter().enumerate().filter_map(|(place, piece)| Some((piece, covers(place)?))).collect();
        module.evidence(&parts, self.pieces.first(), technique)
    }

    /// The reference that a host stands in for.
    fn opened(&self, host: &str) -> Option<(&Piece<'a>, &'a Reference)> {
        let piece = self.pieces.get(host.strip_prefix(OPEN)?.parse::<usize>().ok()?)?;
        match piece.said {
            Said::Open(reference) => Some((piece, reference?)),
            Said::Text(_) => None,
        }
    }

    /// What is referred to, with where that is said.
    pub fn references(&self) -> impl Iterator<Item = (&Piece<'a>, &'a Reference)> {
        self.pieces.iter().filter_map(|piece| match piece.said {
            Said::Open(reference) => Some((piece, reference?)),
            Said::Text(_) => None,
        })
    }
}

fn stand_in(module: &Module<'_>, reference: Option<&Reference>, place: usize, after_scheme: bool) -> String {
    let taken = reference.and_then(|reference| module.peer(reference)).map(|(_, taken)| taken);
    let scheme = if taken == Some(Taken::Url) && !after_scheme { "https://" } else { "" };
    format!("{scheme}{OPEN}{place}")
}

/// Says whom a variable names.
pub(super) fn connect<'a>(module: &Module<'a>, saying: &mut Saying, name: &str, at: &Located<'a>) {
    if let Some(joined) = Joined::of(module, at) {
        connect_text(module, saying, name, &joined.text, &joined);
    }
}

/// The same of a value that is a part of a longer text.
pub(super) fn connect_text<'a>(module: &Module<'a>, saying: &mut Saying, name: &str, value: &str, joined: &Joined<'a>) {
    if joined.is_known() {
        return saying.variable(name, value, |raw, technique| joined.evidence(module, raw, technique));
    }
    let mut told = false;
    for peer in endpoint::endpoints(name, value) {
        told |= connect_peer(module, saying, name, joined, peer);
    }
    if !told && value == joined.text {
        joined.references().for_each(|(piece, reference)| connect_named(module, saying, name, piece, reference));
    }
}

fn connect_peer<'a>(
    module: &Module<'a>,
    saying: &mut Saying,
    name: &str,
    joined: &Joined<'a>,
    mut peer: Endpoint,
) -> bool {
    peer.port = peer.port.filter(|port| port.to_string() != OPEN_PORT);
    peer.database = peer.database.filter(|database| !database.contains(OPEN));
    let said = match joined.opened(&peer.host) {
        Some((piece, reference)) => module.peer(reference).map(|(target, _)| {
            let evidence = module.evidence_of_name(piece, &shown(reference), peer.technique);
            (target, evidence)
        }),
        None if peer.host.contains(OPEN) || peer.queue.as_ref().is_some_and(|queue| queue.contains(OPEN)) => None,
        None => {
            let raw = peer.raw.split([':', ',']).next().unwrap_or_default();
            Some((Target::Handle(peer.peer()), joined.evidence(module, raw, peer.technique)))
        }
    };
    let said = said.filter(|(target, _)| *target != Target::Record(saying.record.key.clone()));
    let Some((target, evidence)) = said else { return false };
    saying.connect(target, &peer, evidence.in_field(name));
    true
}

/// Whoever is told the name or id of a store, queue or service uses it.
fn connect_named<'a>(
    module: &Module<'a>,
    saying: &mut Saying,
    name: &str,
    piece: &Piece<'a>,
    reference: &'a Reference,
) {
    let Some((target, Taken::Name)) = module.peer(reference) else { return };
    if target != Target::Record(saying.record.key.clone()) {
        let evidence = module.evidence_of_name(piece, &shown(reference), technique::DECLARED);
        saying.record.relate(twin_core::schema::relation::CONNECTS_TO, target, explicit(evidence).in_field(name));
    }
}

/// The beginning of a reference as it is written, which names the thing.
pub(super) fn shown(reference: &Reference) -> String {
    reference.beginning(match reference.step(0) {
        "data" | "module" => 3,
        _ => 2,
    })
}
