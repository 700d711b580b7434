//! When a scope said that a fact holds, by the words that it spoke.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Timestamp;
use crate::observe::Listing;

/// What a scope says of a fact.
#[derive(Clone, Debug)]
pub(super) enum Said {
    /// It holds from the listing's time on, until an end if the source states one.
    Holds(Arc<Listing>, Option<Timestamp>),
    /// It no longer holds since then.
    Ended(Timestamp),
}

impl Said {
    /// The listing by which it holds, if it does.
    pub fn listing(&self) -> Option<&Listing> {
        match self {
            Said::Holds(listing, _) => Some(listing),
            Said::Ended(_) => None,
        }
    }

    /// When it began or ceased to hold.
    pub fn time(&self) -> Timestamp {
        match self {
            Said::Holds(listing, _) => listing.valid_from,
            Said::Ended(end) => *end,
        }
    }
}

/// The times at which a fact holds. Intervals include their beginning and not their end.
#[derive(Clone, Debug, Default)]
pub(super) struct Intervals {
    /// By their beginnings, with their ends.
    pub closed: BTreeMap<Timestamp, (Timestamp, Arc<Listing>)>,
    /// Since when, without an end so far.
    pub open: Option<(Timestamp, Arc<Listing>)>,
}

impl Intervals {
    /// Reads words in the order in which they were written. A word without an end opens an interval, or renews the evidence of the open one. A word with
    /// an end is an interval by itself, in the place of the one that begins at the same time. An end closes the open interval, and cuts off whatever
    /// was said to hold beyond it.
    pub fn of<'a>(words: impl Iterator<Item = &'a Said>) -> Self {
        let mut intervals = Intervals::default();
        words.for_each(|said| intervals.hear(said));
        intervals
    }

    fn hear(&mut self, said: &Said) {
        match said {
            Said::Holds(listing, Some(end)) => {
                self.open.take_if(|(since, _)| *since == listing.valid_from);
                self.closed.insert(listing.valid_from, (*end, listing.clone()));
            }
            Said::Holds(listing, None) => {
                let since =
                    self.open.as_ref().map_or(listing.valid_from, |(since, _)| (*since).min(listing.valid_from));
                self.open = Some((since, listing.clone()));
            }
            Said::Ended(end) => self.end(*end),
        }
    }

    fn end(&mut self, end: Timestamp) {
        if let Some((since, listing)) = self.open.take() {
            self.closed.insert(since, (end, listing));
        } else {
            self.closed.values_mut().for_each(|(known, _)| *known = (*known).min(end));
        }
    }

    /// The listing by which it holds at a time.
    pub fn at(&self, valid: Timestamp) -> Option<&Arc<Listing>> {
        let open = self.open.as_ref().filter(|(since, _)| *since <= valid).map(|(_, listing)| listing);
        let closed = || self.closed.range(..=valid).rev().find(|(_, (end, _))| valid < *end);
        open.or_else(|| closed().map(|(_, (_, listing))| listing))
    }

    /// The last of the stated ends.
    pub fn last_end(&self) -> Option<Timestamp> {
        self.closed.values().map(|(end, _)| *end).max()
    }

    /// Every time at which something begins or ends.
    pub fn changes(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let closed = self.closed.iter().filter(|(since, (end, _))| *since < end);
        let closed = closed.flat_map(|(since, (end, _))| [*since, *end]);
        closed.chain(self.open.as_ref().map(|(since, _)| *since))
    }
}
