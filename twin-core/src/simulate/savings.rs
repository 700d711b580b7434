//! Savings, told truly: what is allocated to an entity against what its removal avoids.
//!
//! A shared pool saves nothing until it scales down by a step, a commitment nothing until it ends. What stays is named, so that nobody counts on it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result, shortened};
use crate::simulate::check::{invalid, within};

/// The most items of one question.
const MOST_ITEMS: usize = 1_000_000;

/// What would be removed, and what it costs until a horizon. All amounts are in cents of one currency, or whatever its smallest unit is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The currency, ISO 4217.
    pub currency: String,
    /// Days from the removal over which costs are counted, 1 at least.
    pub horizon_days: u32,
    /// Pools that entities share, by name.
    #[serde(default)]
    pub pools: BTreeMap<String, SharedPool>,
    /// What is removed, all at once.
    pub entities: Vec<CostedEntity>,
}

/// How a pool scales, in units such as processors, nodes or licences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedPool {
    /// By how many units at once it shrinks; `None` is not known.
    #[serde(default)]
    pub step: Option<u64>,
    /// How many units are unused today, beyond what it keeps in reserve; `None` is not known, which is anything less than a step.
    #[serde(default)]
    pub spare: Option<u64>,
}

/// An entity with its costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CostedEntity {
    /// Its name.
    pub id: String,
    /// What is allocated to it over the horizon.
    pub allocated_cents: i64,
    /// What that is made of, and what its removal costs once. What no item explains may be avoidable or not.
    #[serde(default)]
    pub items: Vec<CostItem>,
}

/// One cost of an entity over the horizon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CostItem {
    /// What it is for.
    pub name: String,
    /// How much, not negative: credits are to be netted first.
    pub cents: i64,
    /// How it behaves once the entity is gone.
    pub behaviour: CostBehaviour,
}

/// How a cost behaves once nobody causes it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CostBehaviour {
    /// It goes with the entity.
    Dedicated,
    /// It is a part of a pool, and goes as far as the pool shrinks.
    Shared {
        /// Which pool.
        pool: String,
        /// How many of its units the entity uses.
        units: u64,
    },
    /// It was promised until a date, used or not.
    Commitment {
        /// Days from the removal to its end; `None` is not known.
        #[serde(default)]
        ends_after_days: Option<u32>,
    },
    /// It is paid by traffic that leaves.
    Egress {
        /// Whether the traffic ends with the entity, or somebody else takes it over; `None` is not known.
        #[serde(default)]
        ends: Option<bool>,
    },
    /// The removal itself costs it, once: an exit fee, a migration. No part of what is allocated.
    OneOff,
}

/// What a removal saves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Savings {
    /// The currency.
    pub currency: String,
    /// Over how many days.
    pub horizon_days: u32,
    /// What each entity would save if it were removed alone, in the order in which they were given.
    pub alone: Vec<EntitySavings>,
    /// What all save together: units that they set free in one pool add up before it shrinks by steps.
    pub together: EntitySavings,
}

/// What the removal of an entity saves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct EntitySavings {
    /// The entity; `None` for all together.
    pub id: Option<String>,
    /// What is allocated to it.
    pub allocated_cents: i64,
    /// Where that goes if everything that is not known is to the worst.
    pub at_least: SavingsSplit,
    /// Where it goes if everything is to the best. Equal to `at_least` where nothing is unknown.
    pub at_most: SavingsSplit,
    /// What the removal costs once.
    pub one_off_cents: i64,
    /// Avoidable minus once, to the worst and to the best.
    pub net_cents: [i64; 2],
    /// Commitments that go on without use.
    pub stranded: Vec<StrandedCommitment>,
    /// What is not known.
    pub unknown: Vec<String>,
}

/// Where an allocated cost goes: the three add up to it, to the cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct SavingsSplit {
    /// Saved within the horizon.
    pub avoidable_cents: i64,
    /// Paid for a commitment that nobody uses.
    pub stranded_cents: i64,
    /// Borne by those who remain: parts of pools that do not shrink, and traffic that others take over.
    pub staying_cents: i64,
}

/// A commitment that goes on after the removal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct StrandedCommitment {
    /// What it is for.
    pub name: String,
    /// What is paid for nothing, at most.
    pub cents: i64,
    /// Days until it ends; `None` is not known.
    pub ends_after_days: Option<u32>,
}

/// Tells what a removal saves of what is allocated. Exact integers; shares are rounded down, so that never a cent too much is saved. O(items · log pools).
///
/// # Errors
/// `Unknown` for a pool that is not described; `Invalid` for a horizon of 0, a negative amount, a step of 0, a name given twice, items that are more than what is allocated, or a sum
/// beyond 2⁶³; `Limit` beyond 1,000,000 items.
pub fn savings(removal: &Removal) -> Result<Savings> {
    check(removal)?;
    let alone = removal.entities.iter().map(|entity| {
        let parts = Parts::of(removal, std::slice::from_ref(entity))?;
        parts.savings(removal, Some(entity.id.clone()))
    });
    let alone = alone.collect::<Result<_>>()?;
    let together = Parts::of(removal, &removal.entities)?.savings(removal, None)?;
    Ok(Savings { currency: removal.currency.clone(), horizon_days: removal.horizon_days, alone, together })
}

fn check(removal: &Removal) -> Result<()> {
    let items: usize = removal.entities.iter().map(|entity| entity.items.len() + 1).sum();
    within(items, MOST_ITEMS, format_args!("entities and items"))?;
    if removal.horizon_days == 0 {
        return Err(invalid("horizon_days is 0: costs are counted over a day at least".to_owned()));
    }
    if let Some((name, _)) = removal.pools.iter().find(|(_, pool)| pool.step == Some(0)) {
        return Err(invalid(format!("step of pool \"{}\" is 0: it shrinks by a unit at least", shortened(name))));
    }
    let mut names = BTreeSet::new();
    for entity in &removal.entities {
        let id = shortened(&entity.id);
        if !names.insert(&entity.id) {
            return Err(invalid(format!("two entities are called \"{id}\": rename one")));
        }
        if entity.allocated_cents < 0 {
            return Err(invalid(format!("allocated_cents of \"{id}\" is negative: net its credits first")));
        }
        if let Some(item) = entity.items.iter().find(|item| item.cents < 0) {
            let name = shortened(&item.name);
            return Err(invalid(format!("cents of item \"{name}\" of \"{id}\" is negative: net its credits first")));
        }
    }
    Ok(())
}

/// What several entities cost, by behaviour.
#[derive(Default)]
struct Parts<'r> {
    allocated: i128,
    dedicated: i128,
    unexplained: i128,
    one_off: i128,
    /// By pool, cost and units.
    pools: BTreeMap<&'r str, (i128, u128)>,
    commitments: Vec<(&'r str, i64, Option<u32>)>,
    egress: Vec<(&'r str, i64, Option<bool>)>,
}

impl<'r> Parts<'r> {
    fn of(removal: &'r Removal, entities: &'r [CostedEntity]) -> Result<Self> {
        let mut parts = Parts::default();
        for entity in entities {
            let before = parts.one_off;
            entity.items.iter().try_for_each(|item| parts.add(removal, item))?;
            let all: i128 = entity.items.iter().map(|item| i128::from(item.cents)).sum();
            let rest = i128::from(entity.allocated_cents) - (all - (parts.one_off - before));
            if rest < 0 {
                let (id, allocated) = (shortened(&entity.id), entity.allocated_cents);
                return Err(invalid(format!("items of \"{id}\" are {} cents more than its {allocated}", -rest)));
            }
            parts.unexplained += rest;
            parts.allocated += i128::from(entity.allocated_cents);
        }
        Ok(parts)
    }

    fn add(&mut self, removal: &'r Removal, item: &'r CostItem) -> Result<()> {
        let cents = i128::from(item.cents);
        match &item.behaviour {
            CostBehaviour::Dedicated => self.dedicated += cents,
            CostBehaviour::OneOff => self.one_off += cents,
            CostBehaviour::Commitment { ends_after_days } => {
                self.commitments.push((&item.name, item.cents, *ends_after_days));
            }
            CostBehaviour::Egress { ends } => self.egress.push((&item.name, item.cents, *ends)),
            CostBehaviour::Shared { pool, units } => {
                if !removal.pools.contains_key(pool) {
                    return Err(Error::unknown("pool", pool, removal.pools.keys().map(String::as_str)));
                }
                let (cost, used) = self.pools.entry(pool).or_default();
                (*cost, *used) = (*cost + cents, *used + u128::from(*units));
            }
        }
        Ok(())
    }

    fn savings(&self, removal: &Removal, id: Option<String>) -> Result<EntitySavings> {
        let mut ends = [Split { avoidable: self.dedicated, ..Split::default() }; 2];
        let mut unknown = Vec::new();
        for (name, (cost, units)) in &self.pools {
            let pool = removal.pools.get(*name).copied().unwrap_or_default();
            ends.iter_mut().zip(avoided(pool, *cost, *units)).for_each(|(end, avoided)| end.keep(*cost, avoided));
            unknown.extend(pool.step.is_none().then(|| format!("by which steps pool {name} shrinks")));
            let is_unsure = pool.step.is_some() && pool.spare.is_none();
            unknown.extend(is_unsure.then(|| format!("how much of pool {name} is unused")));
        }
        for (name, cents, goes) in &self.egress {
            let cents = i128::from(*cents);
            let avoided = goes.map_or([0, cents], |goes| [if goes { cents } else { 0 }; 2]);
            ends.iter_mut().zip(avoided).for_each(|(end, avoided)| end.keep(cents, avoided));
            unknown.extend(goes.is_none().then(|| format!("whether the traffic of {name} ends")));
        }
        let mut stranded = Vec::new();
        for (name, cents, ends_after_days) in &self.commitments {
            let bound = bound_cents(i128::from(*cents), *ends_after_days, removal.horizon_days);
            ends.iter_mut().zip(bound).for_each(|(end, bound)| end.strand(i128::from(*cents), bound));
            unknown.extend(ends_after_days.is_none().then(|| format!("when the commitment {name} ends")));
            if bound[0] > 0 {
                let (name, cents) = ((*name).to_owned(), in_cents(bound[0])?);
                stranded.push(StrandedCommitment { name, cents, ends_after_days: *ends_after_days });
            }
        }
        ends[0].staying += self.unexplained;
        ends[1].avoidable += self.unexplained;
        unknown.extend((self.unexplained > 0).then(|| format!("what {} cents are for", self.unexplained)));
        Ok(EntitySavings {
            id,
            allocated_cents: in_cents(self.allocated)?,
            at_least: ends[0].told()?,
            at_most: ends[1].told()?,
            one_off_cents: in_cents(self.one_off)?,
            net_cents: [in_cents(ends[0].avoidable - self.one_off)?, in_cents(ends[1].avoidable - self.one_off)?],
            stranded,
            unknown,
        })
    }
}

/// Where a cost goes, before it is known to fit.
#[derive(Clone, Copy, Default)]
struct Split {
    avoidable: i128,
    stranded: i128,
    staying: i128,
}

impl Split {
    fn keep(&mut self, cost: i128, avoided: i128) {
        self.avoidable += avoided;
        self.staying += cost - avoided;
    }

    fn strand(&mut self, cost: i128, bound: i128) {
        self.stranded += bound;
        self.avoidable += cost - bound;
    }

    fn told(&self) -> Result<SavingsSplit> {
        Ok(SavingsSplit {
            avoidable_cents: in_cents(self.avoidable)?,
            stranded_cents: in_cents(self.stranded)?,
            staying_cents: in_cents(self.staying)?,
        })
    }
}

/// What of the cost of some units a pool saves by shrinking, to the worst and to the best. A pool that shrinks by more than these units owes that to what was unused before.
fn avoided(pool: SharedPool, cost: i128, units: u128) -> [i128; 2] {
    let Some(step) = pool.step.map(u128::from) else { return [0, cost] };
    if units == 0 {
        return [0, 0];
    }
    let spare = pool.spare.map_or([0, step - 1], |spare| [u128::from(spare) % step; 2]);
    spare.map(|spare| share(cost, ((spare + units) / step * step).min(units), units))
}

/// What is paid until a commitment ends, to the worst and to the best.
fn bound_cents(cents: i128, ends_after_days: Option<u32>, horizon_days: u32) -> [i128; 2] {
    let Some(days) = ends_after_days else { return [cents, 0] };
    let free = horizon_days.saturating_sub(days);
    [cents - share(cents, u128::from(free), u128::from(horizon_days)); 2]
}

/// `cost · part / whole`, rounded down, where the part is no more than the whole.
fn share(cost: i128, part: u128, whole: u128) -> i128 {
    if part == whole {
        return cost;
    }
    // Whole costs first: cost is below 2^84, as at most 2^20 items of 2^63 are added up, and units are too. So halve what would not fit; the result is rounded down all the same.
    let (mut part, mut whole) = (part, whole);
    while whole >> 40 > 0 {
        (part, whole) = (part >> 1, whole.div_ceil(2));
    }
    cost * part as i128 / whole as i128
}

fn in_cents(sum: i128) -> Result<i64> {
    i64::try_from(sum).map_err(|_| invalid(format!("a sum of {sum} cents is beyond 2^63: count in a larger unit")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(name: &str, cents: i64, behaviour: CostBehaviour) -> CostItem {
        CostItem { name: name.to_owned(), cents, behaviour }
    }

    fn shared(pool: &str, units: u64) -> CostBehaviour {
        CostBehaviour::Shared { pool: pool.to_owned(), units }
    }

    fn removal(allocated_cents: i64, items: Vec<CostItem>) -> Removal {
        let pools = [
            ("nodes", SharedPool { step: Some(8), spare: Some(3) }),
            ("licences", SharedPool { step: Some(10), spare: None }),
            ("disks", SharedPool::default()),
        ];
        Removal {
            currency: "EUR".to_owned(),
            horizon_days: 30,
            pools: pools.map(|(name, pool)| (name.to_owned(), pool)).into(),
            entities: vec![CostedEntity { id: "search".to_owned(), allocated_cents, items }],
        }
    }

    /// At least and at most avoidable, stranded, staying.
    type Splits = ([i64; 3], [i64; 3]);

    fn splits(row: &EntitySavings) -> Splits {
        let of = |split: SavingsSplit| [split.avoidable_cents, split.stranded_cents, split.staying_cents];
        (of(row.at_least), of(row.at_most))
    }

    #[test]
    fn each_behaviour_saves_what_it_saves() {
        let commitment = |ends_after_days| CostBehaviour::Commitment { ends_after_days };
        let egress = |ends| CostBehaviour::Egress { ends };
        let cases: [(CostBehaviour, Splits, bool); 16] = [
            (CostBehaviour::Dedicated, ([1000, 0, 0], [1000, 0, 0]), false),
            // Three units are unused: five more make a step of eight, of which five are the entity's.
            (shared("nodes", 4), ([0, 0, 1000], [0, 0, 1000]), false),
            (shared("nodes", 5), ([1000, 0, 0], [1000, 0, 0]), false),
            (shared("nodes", 12), ([666, 0, 334], [666, 0, 334]), false),
            (shared("nodes", 0), ([0, 0, 1000], [0, 0, 1000]), false),
            (shared("licences", 4), ([0, 0, 1000], [1000, 0, 0]), true),
            (shared("licences", 10), ([1000, 0, 0], [1000, 0, 0]), true),
            (shared("licences", 15), ([666, 0, 334], [1000, 0, 0]), true),
            (shared("disks", 4), ([0, 0, 1000], [1000, 0, 0]), true),
            (commitment(Some(0)), ([1000, 0, 0], [1000, 0, 0]), false),
            (commitment(Some(10)), ([666, 334, 0], [666, 334, 0]), false),
            (commitment(Some(300)), ([0, 1000, 0], [0, 1000, 0]), false),
            (commitment(None), ([0, 1000, 0], [1000, 0, 0]), true),
            (egress(Some(true)), ([1000, 0, 0], [1000, 0, 0]), false),
            (egress(Some(false)), ([0, 0, 1000], [0, 0, 1000]), false),
            (egress(None), ([0, 0, 1000], [1000, 0, 0]), true),
        ];
        for (behaviour, expected, is_unknown) in cases {
            let found = savings(&removal(1000, vec![item("x", 1000, behaviour.clone())])).expect("sound");
            assert_eq!(
                (splits(&found.alone[0]), !found.alone[0].unknown.is_empty()),
                (expected, is_unknown),
                "{behaviour:?}"
            );
            assert_eq!(splits(&found.together), expected);
        }
    }

    #[test]
    fn the_truth_about_a_search_engine() {
        let items = vec![
            item("machines", 4000, CostBehaviour::Commitment { ends_after_days: Some(90) }),
            item("storage", 1500, CostBehaviour::Dedicated),
            item("cluster", 2400, shared("nodes", 4)),
            item("exit fee", 2000, CostBehaviour::OneOff),
        ];
        let found = savings(&removal(8000, items)).expect("sound");
        let row = &found.alone[0];
        assert_eq!(splits(row), ([1500, 4000, 2500], [1600, 4000, 2400]));
        assert_eq!((row.allocated_cents, row.one_off_cents, row.net_cents), (8000, 2000, [-500, -400]));
        assert_eq!(row.unknown, ["what 100 cents are for"]);
        let named: Vec<(&str, i64)> =
            row.stranded.iter().map(|stranded| (&stranded.name[..], stranded.cents)).collect();
        assert_eq!(named, [("machines", 4000)]);
        let nothing = savings(&Removal { entities: Vec::new(), ..removal(0, Vec::new()) }).expect("nothing");
        assert_eq!((nothing.alone.len(), nothing.together), (0, EntitySavings::default()));
    }

    #[test]
    fn two_that_leave_together_empty_a_step() {
        let mut both = removal(1000, vec![item("a", 1000, shared("nodes", 3))]);
        both.entities.push(CostedEntity { id: "feed".to_owned(), ..both.entities[0].clone() });
        let found = savings(&both).expect("sound");
        assert_eq!(found.alone.iter().map(|row| row.at_most.avoidable_cents).collect::<Vec<i64>>(), [0, 0]);
        assert_eq!(found.together.at_least.avoidable_cents, 2000);
    }

    #[test]
    fn misuse_names_the_field() {
        let sound = || removal(1000, vec![item("x", 1000, CostBehaviour::Dedicated)]);
        let twice = Removal { entities: [sound().entities, sound().entities].concat(), ..sound() };
        let no_step =
            Removal { pools: [("nodes".to_owned(), SharedPool { step: Some(0), spare: None })].into(), ..sound() };
        for (removal, told) in [
            (Removal { horizon_days: 0, ..sound() }, "horizon_days is 0"),
            (removal(-1, Vec::new()), "allocated_cents of \"search\" is negative"),
            (removal(9, vec![item("x", -1, CostBehaviour::Dedicated)]), "item \"x\" of \"search\" is negative"),
            (removal(999, vec![item("x", 1000, CostBehaviour::Dedicated)]), "1 cents more than its 999"),
            (removal(999, vec![item("x", 9, shared("node", 1))]), "unknown pool \"node\": nearest are nodes"),
            (twice, "two entities are called \"search\""),
            (no_step, "step of pool \"nodes\" is 0"),
            (
                removal(5, vec![item("x", i64::MAX, CostBehaviour::OneOff), item("y", 5, CostBehaviour::OneOff)]),
                "beyond 2^63",
            ),
        ] {
            let error = savings(&removal).expect_err(told).to_string();
            assert!(error.contains(told), "{error}");
        }
        let huge = removal(i64::MAX, vec![item("x", i64::MAX, shared("nodes", u64::MAX))]);
        assert!(savings(&huge).expect("large, but sound").alone[0].at_most.avoidable_cents > i64::MAX / 2);
    }

    fn behaviours() -> impl Strategy<Value = CostBehaviour> {
        prop_oneof![
            Just(CostBehaviour::Dedicated),
            (prop_oneof![Just("nodes"), Just("licences"), Just("disks")], 0..40_u64)
                .prop_map(|(pool, units)| shared(pool, units)),
            prop::option::of(0..60_u32).prop_map(|ends_after_days| CostBehaviour::Commitment { ends_after_days }),
            prop::option::of(any::<bool>()).prop_map(|ends| CostBehaviour::Egress { ends }),
            Just(CostBehaviour::OneOff),
        ]
    }

    fn drawn() -> impl Strategy<Value = Removal> {
        let items = prop::collection::vec((0..10_000_i64, behaviours()), 0..8);
        prop::collection::vec((items, 0..500_i64), 0..4).prop_map(|entities| {
            let entity = |(place, (items, rest)): (usize, (Vec<(i64, CostBehaviour)>, i64))| {
                let is_allocated = |item: &&(i64, CostBehaviour)| item.1 != CostBehaviour::OneOff;
                let all: i64 = items.iter().filter(is_allocated).map(|(cents, _)| cents).sum();
                let items = items.into_iter().map(|(cents, behaviour)| item("x", cents, behaviour)).collect();
                CostedEntity { id: format!("e{place}"), allocated_cents: all + rest, items }
            };
            Removal { entities: entities.into_iter().enumerate().map(entity).collect(), ..removal(0, Vec::new()) }
        })
    }

    proptest! {
        #[test]
        fn every_cent_is_somewhere(removal in drawn()) {
            let found = savings(&removal).expect("sound");
            for row in found.alone.iter().chain([&found.together]) {
                let (least, most) = splits(row);
                prop_assert_eq!(least.iter().sum::<i64>(), row.allocated_cents);
                prop_assert_eq!(most.iter().sum::<i64>(), row.allocated_cents);
                prop_assert!(least.iter().chain(&most).all(|cents| *cents >= 0));
                prop_assert!(least[0] <= most[0] && least[1] >= most[1]);
                prop_assert_eq!(row.stranded.iter().map(|stranded| stranded.cents).sum::<i64>(), least[1]);
                prop_assert!(!row.unknown.is_empty() || least == most);
            }
            let allocated: i64 = found.alone.iter().map(|row| row.allocated_cents).sum();
            prop_assert_eq!(allocated, found.together.allocated_cents);
        }

        #[test]
        fn what_becomes_known_stays_within_the_bounds(removal in drawn(), step in 1..12_u64, spare in 0..12_u64, days in 0..60_u32, ends: bool) {
            let mut known = removal.clone();
            let pool = |pool: &SharedPool| {
                let step = pool.step.unwrap_or(step);
                SharedPool { step: Some(step), spare: Some(pool.spare.unwrap_or(spare % step)) }
            };
            known.pools.values_mut().for_each(|known| *known = pool(known));
            for item in known.entities.iter_mut().flat_map(|entity| &mut entity.items) {
                match &mut item.behaviour {
                    CostBehaviour::Commitment { ends_after_days } => *ends_after_days = ends_after_days.or(Some(days)),
                    CostBehaviour::Egress { ends: told } => *told = told.or(Some(ends)),
                    _ => {}
                }
            }
            let (before, after) = (savings(&removal).expect("sound").together, savings(&known).expect("sound").together);
            prop_assert!(before.at_least.avoidable_cents <= after.at_least.avoidable_cents);
            prop_assert!(after.at_most.avoidable_cents <= before.at_most.avoidable_cents);
        }

        #[test]
        fn a_longer_commitment_never_saves_more(cents in 0..10_000_i64, days in 0..60_u32, more in 0..60_u32) {
            let avoidable = |days| {
                let commitment = CostBehaviour::Commitment { ends_after_days: Some(days) };
                let found = savings(&removal(cents, vec![item("x", cents, commitment)])).expect("sound");
                found.together.at_least.avoidable_cents
            };
            prop_assert!(avoidable(days + more) <= avoidable(days));
        }
    }
}
