//! Who comes to need whom, by what the code of a plan refers to.

use twin_core::schema::{Kind, Relation, kind, relation};
use twin_core::simulate::{Change, ChangeDraft, LeftOut};

use super::{End, Planning};

/// So many dependencies come with a plan at the most.
const MOST: usize = 20_000;

impl Planning<'_> {
    /// Tells the dependencies between what comes and what the plan knows: of what was there before nobody knows whether a reference is new.
    pub(super) fn depend(&mut self) {
        let pairs = self.plan.references.of.iter().flat_map(|(from, to)| to.iter().map(move |to| (from, to)));
        let ends = pairs.flat_map(|(from, to)| self.pairs(from, to));
        let told: Vec<ChangeDraft> = ends.take(MOST + 1).map(|(from, to)| dependency(from, to)).collect();
        if told.len() > MOST {
            let why = format!("more than {MOST} come with the plan");
            self.left_out.push(LeftOut { what: "dependencies of what comes".to_owned(), why, locator: None });
        }
        if !told.is_empty() {
            self.assume("what comes needs what its code refers to, and is needed by what refers to it".to_owned());
        }
        self.dependencies = told.into_iter().take(MOST).collect();
    }

    /// All copies of one with all copies of the other, where one of both is new.
    fn pairs<'e>(&'e self, from: &str, to: &str) -> impl Iterator<Item = (&'e End, &'e End)> {
        let of = |bare: &str| self.ends.get(bare).map(Vec::as_slice).unwrap_or_default();
        let targets = of(to);
        let pairs = of(from).iter().flat_map(move |from| targets.iter().map(move |to| (from, to)));
        pairs.filter(|(from, to)| (from.is_new || to.is_new) && from.name != to.name)
    }
}

fn dependency(from: &End, to: &End) -> ChangeDraft {
    let relation = relation_between(&from.kind, &to.kind);
    Change::add_dependency(from.name.clone(), to.name.clone(), relation.to_string())
}

/// How one needs the other, by their kinds: `dependsOn`, over which no failure passes, where a reference alone does not tell.
fn relation_between(from: &Kind, to: &Kind) -> Relation {
    let runs = |of: &Kind| [kind::WORKLOAD, kind::COMPONENT, kind::INSTANCE].contains(of);
    if !runs(from) {
        return relation::DEPENDS_ON;
    }
    match to {
        to if runs(to) => relation::CALLS,
        to if [kind::DATA_STORE, kind::BUCKET].contains(to) => relation::READS_FROM,
        to if *to == kind::CACHE => relation::CACHES_IN,
        to if *to == kind::QUEUE => relation::CONNECTS_TO,
        to if *to == kind::IDENTITY_PROVIDER => relation::AUTHENTICATES_WITH,
        _ => relation::DEPENDS_ON,
    }
}
