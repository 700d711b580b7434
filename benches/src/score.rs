//! How near clusters come to the truth: pairs of records, B-cubed (Bagga, Baldwin 1998), things that are found exactly, and pairs that exact names cannot find.

use std::collections::BTreeMap;

use serde::Serialize;

/// A record, the cluster that it was put into, and the thing that it is of.
#[derive(Clone, Debug)]
pub struct Judged<'j> {
    /// Where it was read.
    pub system: &'j str,
    /// Its name.
    pub name: &'j str,
    /// Its cluster.
    pub cluster: &'j str,
    /// The truth.
    pub thing: &'j str,
}

/// Pairs of records, or other parts of the clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Agreement {
    /// Put together, and rightly so.
    right: f64,
    /// Put together.
    found: f64,
    /// What should be together.
    should: f64,
}

impl Agreement {
    fn precision(self) -> f64 {
        if self.found > 0.0 { self.right / self.found } else { 1.0 }
    }

    fn recall(self) -> f64 {
        if self.should > 0.0 { self.right / self.should } else { 1.0 }
    }

    fn f1(self) -> f64 {
        if self.found + self.should > 0.0 { 2.0 * self.right / (self.found + self.should) } else { 1.0 }
    }

    fn with(self, other: Agreement) -> Self {
        let Agreement { right, found, should } = other;
        Agreement { right: self.right + right, found: self.found + found, should: self.should + should }
    }
}

/// How near one estate comes to the truth, or several taken together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    pairs: Agreement,
    aliases: Agreement,
    things: Agreement,
    /// The share of each record's cluster that is of its thing, and of its thing that is in its cluster, summed over the records.
    shares: (f64, f64),
    records: f64,
}

/// A score in figures, as `docs/identity.md` has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Of the pairs that were put together, how many rightly.
    pub pair_precision: f64,
    /// Of the pairs that are of one thing, how many were put together.
    pub pair_recall: f64,
    /// The harmonic mean of both.
    pub pair_f1: f64,
    /// The same over the records, each with its cluster.
    pub b_cubed_f1: f64,
    /// The same over whole things.
    pub exact_f1: f64,
    /// Precision over pairs of different systems whose names differ in more than how they are written.
    pub alias_precision: f64,
    /// Recall over these pairs.
    pub alias_recall: f64,
}

impl Score {
    /// Compares the clusters of one estate with the truth. O(records · log records).
    pub fn of(records: &[Judged<'_>]) -> Self {
        let names: Vec<String> = records.iter().map(|record| letters(record.name)).collect();
        let named: Vec<(&Judged<'_>, &str)> = records.iter().zip(names.iter().map(String::as_str)).collect();
        let all = pairs(&named, |_, _| ("", ""));
        let [system, name, both] = [
            pairs(&named, |record, _| (record.system, "")),
            pairs(&named, |_, name| ("", name)),
            pairs(&named, |record, name| (record.system, name)),
        ];
        // Of all pairs, without those of one system and those of one name: what is both was taken away twice.
        let without = |of: fn(Agreement) -> f64| of(all) - of(system) - of(name) + of(both);
        let aliases = Agreement {
            right: without(|pairs| pairs.right),
            found: without(|pairs| pairs.found),
            should: without(|pairs| pairs.should),
        };
        let (things, shares) = things(records);
        Score { pairs: all, aliases, things, shares, records: records.len() as f64 }
    }

    /// Both, as if they were one estate.
    #[must_use]
    pub fn with(self, other: Score) -> Self {
        Score {
            pairs: self.pairs.with(other.pairs),
            aliases: self.aliases.with(other.aliases),
            things: self.things.with(other.things),
            shares: (self.shares.0 + other.shares.0, self.shares.1 + other.shares.1),
            records: self.records + other.records,
        }
    }

    /// The figures.
    pub fn figures(self) -> Figures {
        let Score { pairs, aliases, things, shares, records } = self;
        let (precision, recall) = (shares.0 / records.max(1.0), shares.1 / records.max(1.0));
        Figures {
            pair_precision: pairs.precision(),
            pair_recall: pairs.recall(),
            pair_f1: pairs.f1(),
            b_cubed_f1: 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE),
            exact_f1: things.f1(),
            alias_precision: aliases.precision(),
            alias_recall: aliases.recall(),
        }
    }

    /// The means of the figures of several estates; those of aliases over the estates that have some.
    pub fn means(scores: &[Score]) -> Figures {
        let mean = |of: fn(Figures) -> f64, scores: &[&Score]| {
            scores.iter().map(|score| of(score.figures())).sum::<f64>() / scores.len().max(1) as f64
        };
        let all: Vec<&Score> = scores.iter().collect();
        let with_aliases: Vec<&Score> = scores.iter().filter(|score| score.aliases.should > 0.0).collect();
        Figures {
            pair_precision: mean(|figures| figures.pair_precision, &all),
            pair_recall: mean(|figures| figures.pair_recall, &all),
            pair_f1: mean(|figures| figures.pair_f1, &all),
            b_cubed_f1: mean(|figures| figures.b_cubed_f1, &all),
            exact_f1: mean(|figures| figures.exact_f1, &all),
            alias_precision: mean(|figures| figures.alias_precision, &with_aliases),
            alias_recall: mean(|figures| figures.alias_recall, &with_aliases),
        }
    }
}

/// A name without case and without what is neither letter nor digit.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Pairs of records that agree in something.
fn pairs<'j>(
    records: &[(&'j Judged<'j>, &'j str)],
    key: impl Fn(&'j Judged<'j>, &'j str) -> (&'j str, &'j str),
) -> Agreement {
    let count = |group: &dyn Fn(&'j Judged<'j>) -> (&'j str, &'j str)| {
        let mut sizes: BTreeMap<_, f64> = BTreeMap::new();
        for (record, name) in records {
            *sizes.entry((group(record), key(record, name))).or_default() += 1.0;
        }
        sizes.into_values().map(|size| size * (size - 1.0) / 2.0).sum()
    };
    Agreement {
        right: count(&|record| (record.cluster, record.thing)),
        found: count(&|record| (record.cluster, "")),
        should: count(&|record| ("", record.thing)),
    }
}

/// Things that are found exactly, and how much of each record's cluster and thing is in the other.
fn things(records: &[Judged<'_>]) -> (Agreement, (f64, f64)) {
    let sizes = |of: &dyn Fn(&Judged<'_>) -> (String, String)| {
        let mut sizes: BTreeMap<(String, String), f64> = BTreeMap::new();
        records.iter().for_each(|record| *sizes.entry(of(record)).or_default() += 1.0);
        sizes
    };
    let clusters = sizes(&|record| (record.cluster.to_owned(), String::new()));
    let things = sizes(&|record| (record.thing.to_owned(), String::new()));
    let (mut exact, mut shares) = (0.0, (0.0, 0.0));
    for ((cluster, thing), both) in sizes(&|record| (record.cluster.to_owned(), record.thing.to_owned())) {
        let (cluster, thing) = (clusters[&(cluster, String::new())], things[&(thing, String::new())]);
        exact += f64::from(u8::from(both == cluster && both == thing));
        shares = (shares.0 + both * both / cluster, shares.1 + both * both / thing);
    }
    (Agreement { right: exact, found: clusters.len() as f64, should: things.len() as f64 }, shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged<'j>(records: &[(&'j str, &'j str, &'j str, &'j str)]) -> Vec<Judged<'j>> {
        records.iter().map(|&(system, name, cluster, thing)| Judged { system, name, cluster, thing }).collect()
    }

    #[test]
    fn what_is_right_and_what_is_not_is_counted() {
        let records = judged(&[
            ("git", "a", "1", "a"),
            ("k8s", "A", "1", "a"),
            ("docs", "the-a", "2", "a"),
            ("git", "b", "2", "b"),
        ]);
        let figures = Score::of(&records).figures();
        // Found are 1-1 (right) and 2-2 (wrong); three pairs are of one thing.
        assert_eq!((figures.pair_precision, figures.pair_recall), (0.5, 1.0 / 3.0));
        // Only the page is called otherwise: it was put to b, and to none of the two that it belongs to.
        assert_eq!((figures.alias_precision, figures.alias_recall, figures.exact_f1), (0.0, 0.0, 0.0));
        assert_eq!(Score::of(&records[..2]).figures().exact_f1, 1.0);
    }

    #[test]
    fn estates_are_taken_together_or_each_by_itself() {
        let right = Score::of(&judged(&[("git", "a", "1", "a"), ("k8s", "a", "1", "a")]));
        let wrong = Score::of(&judged(&[("git", "a", "1", "a"), ("k8s", "a", "2", "a"), ("otel", "a", "3", "a")]));
        assert_eq!(right.with(wrong).figures().pair_recall, 0.25);
        assert_eq!(Score::means(&[right, wrong]).pair_recall, 0.5);
    }
}
