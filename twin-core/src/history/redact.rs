//! Taking what is personal of one record out of the log: its attributes and labels, its names for people, what stood to the letter in its sources.
//!
//! The structure stays: its key, the names by which others refer to it, its relations, and every time.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::base::Digest;
use crate::history::Log;
use crate::history::intervals::Said;
use crate::history::log::facts::Word;
use crate::history::row::{Assertion, Commit, Row, Withdrawal};
use crate::identity::HumanDecision;
use crate::observe::{Evidence, Fact, Listing, RecordKey, Statement, Step};

/// What was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Redaction {
    /// How many different attributes and labels, each with its value.
    pub attributes: u64,
    /// How many different names for people.
    pub names: u64,
    /// How many words on facts that stay lost what stood in their sources.
    pub evidence: u64,
    /// How many decisions of people on its name.
    pub decisions: u64,
}

/// Takes one record's personal parts out of whatever it is shown, and counts them.
pub struct Redactor {
    subject: RecordKey,
    /// By what each fact of the record is replaced: nothing for one that is taken out.
    facts: HashMap<Digest, Option<Arc<Fact>>>,
    /// What was taken out so far.
    pub done: Redaction,
}

impl Redactor {
    /// For one record.
    pub fn new(subject: &RecordKey) -> Self {
        Redactor { subject: subject.clone(), facts: HashMap::new(), done: Redaction::default() }
    }

    /// A commit without it. O(rows).
    pub fn commit(&mut self, commit: Commit) -> Commit {
        let rows = commit.rows.into_iter().filter_map(|row| self.row(row)).collect();
        Commit { rows, ..commit }
    }

    fn row(&mut self, row: Row) -> Option<Row> {
        match row {
            Row::Asserted(Assertion { fact, listing, valid_to }) if fact.subject == self.subject => {
                let fact = self.fact(&fact)?;
                let listing = self.listing(&listing);
                Some(Row::Asserted(Assertion { fact, listing, valid_to }))
            }
            Row::Withdrawn(withdrawal) => self.withdrawal(withdrawal).map(Row::Withdrawn),
            Row::Decided(HumanDecision::Name { record, .. }) if record == self.subject => {
                self.done.decisions += 1;
                None
            }
            row => Some(row),
        }
    }

    fn withdrawal(&self, withdrawal: Withdrawal) -> Option<Withdrawal> {
        match self.facts.get(&withdrawal.fact) {
            None => Some(withdrawal),
            Some(replaced) => replaced.as_ref().map(|fact| Withdrawal { fact: fact.digest(), ..withdrawal }),
        }
    }

    fn fact(&mut self, fact: &Arc<Fact>) -> Option<Arc<Fact>> {
        let digest = fact.digest();
        if let Some(known) = self.facts.get(&digest) {
            return known.clone();
        }
        let replaced = match &fact.statement {
            Statement::Attribute { .. } | Statement::Labelled { .. } => {
                self.done.attributes += 1;
                None
            }
            Statement::Exists { .. } => Some(Arc::new(Fact { statement: self.name(), ..fact.as_ref().clone() })),
            _ => Some(fact.clone()),
        };
        self.facts.insert(digest, replaced.clone());
        replaced
    }

    /// A name that tells nothing but that it is another than the ones before.
    fn name(&mut self) -> Statement {
        self.done.names += 1;
        let name = match self.done.names {
            1 => self.subject.name.clone(),
            number => format!("{} ({number})", self.subject.name),
        };
        Statement::Exists { name }
    }

    fn listing(&mut self, listing: &Listing) -> Arc<Listing> {
        self.done.evidence += 1;
        let step = |step: &Step| Step { locator: step.locator.clone(), raw: String::new() };
        let evidence = listing.evidence.iter().map(|evidence| Evidence {
            chain: evidence.chain.iter().map(step).collect(),
            field: String::new(),
            ..evidence.clone()
        });
        Arc::new(Listing { evidence: evidence.collect(), ..listing.clone() })
    }

    /// A log without it. O(words).
    pub fn log(&mut self, log: &Log) -> Log {
        let mut kept = log.without_facts();
        kept.decisions
            .retain(|(_, decision)| !matches!(decision, HumanDecision::Name { record, .. } if *record == self.subject));
        self.done.decisions += (log.decisions.len() - kept.decisions.len()) as u64;
        for known in log.facts.iter() {
            let is_its = known.fact.subject == self.subject;
            let Some(fact) = (if is_its { self.fact(&known.fact) } else { Some(known.fact.clone()) }) else { continue };
            let place = kept.facts.intern(fact);
            for Word { tx, scope, said } in known.words.iter().cloned() {
                let said = match said {
                    Said::Holds(listing, end) if is_its => Said::Holds(self.listing(&listing), end),
                    said => said,
                };
                kept.hear(place, Word { tx, scope, said });
            }
        }
        kept.facts.sort();
        kept
    }
}
