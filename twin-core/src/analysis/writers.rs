//! Who may write an attribute: where sources differ, whose word is shown, and who takes over once that source has gone stale.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::question::age;
use crate::answer::{EvidenceId, EvidenceSource, Profile};
use crate::base::{Error, Result};
use crate::graph::Snapshot;
use crate::observe::Scope;
use crate::schema::Kind;

/// Whose word on an attribute goes before whose. Words of others are shown only where none of these says anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Writers {
    /// Of which kind of entity. Default: of every kind.
    #[serde(default)]
    pub of: Option<Kind>,
    /// Which attribute, or which relation: `ownedBy`.
    pub attribute: String,
    /// Sources or sorts of sources, such as `catalogue`, the first before the next. One that is staler than the question allows comes after all that are not.
    pub sources: Vec<String>,
}

impl Writers {
    /// Reads a list of rules from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn list_from_json(text: &str) -> Result<Vec<Writers>> {
        let what = "this is no list of who may write which attribute";
        serde_json::from_str(text).map_err(|error| Error::misread(what, &error))
    }
}

/// A word's turn among others: less is sooner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    /// Whether its source may not write the attribute at all.
    unlisted: bool,
    /// Whether its source is staler than allowed.
    stale: bool,
    place: usize,
}

impl Turn {
    /// Every word's turn where nobody says who may write.
    const ANY: Turn = Turn { unlisted: false, stale: false, place: 0 };
}

/// The rule about an attribute of things of a kind: that of the kind before that of every kind, the last of several.
pub(super) fn rule<'w>(writers: &'w [Writers], kind: &Kind, attribute: &str) -> Option<&'w Writers> {
    let of = |wanted: Option<&Kind>| {
        writers.iter().rev().find(|rule| rule.attribute == attribute && rule.of.as_ref() == wanted)
    };
    of(Some(kind)).or_else(|| of(None))
}

/// When the turn of a word comes: that of the best of its sources. O(evidence · (sources + log scopes)).
pub(super) fn turn(snapshot: &Snapshot, rule: Option<&Writers>, evidence: &[EvidenceId], needs: Profile) -> Turn {
    let Some(rule) = rule else { return Turn::ANY };
    let last = Turn { unlisted: true, stale: true, place: rule.sources.len() };
    let turns = evidence.iter().filter_map(|id| snapshot.proof(*id)).map(|proof| {
        let scope = Scope { source: proof.source.clone(), path: proof.scope };
        let reading = snapshot.readings().reading(&scope);
        let sorts = reading.iter().flat_map(|reading| reading.capabilities.iter());
        let is_named = |name: &String| proof.source.0 == *name || sorts.clone().any(|can| can.sort == *name);
        let place = rule.sources.iter().position(is_named);
        let is_stale = |reading: &crate::graph::ScopeReading| {
            let allowed = reading.capabilities.iter().map(|can| needs.required(can.stale_after)).max();
            age(snapshot, reading) > allowed.unwrap_or_default()
        };
        let stale = reading.is_none_or(is_stale);
        Turn { unlisted: place.is_none(), stale, place: place.unwrap_or(rule.sources.len()) }
    });
    turns.min().unwrap_or(last)
}

/// Why the word of that turn is the one to go by, where a rule says so.
pub(super) fn why(rule: Option<&Writers>, turn: &Turn) -> Option<String> {
    let rule = rule?;
    let named = rule.sources.get(turn.place).map_or("", String::as_str);
    Some(match (turn.unlisted, turn.place, turn.stale) {
        (true, ..) => "nobody who may write it says anything".to_owned(),
        (_, 0, false) => format!("{named} writes it before all others"),
        (_, _, true) => format!("{named} writes it, and all who may are stale"),
        (_, place, false) => {
            format!("{named} takes over: {} says nothing, or is stale", rule.sources[..place].join(", "))
        }
    })
}
