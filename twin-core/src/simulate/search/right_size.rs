//! Right sizes: as many copies of each thing as its load asks for, and as few as limits allow.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::base::{Context, Error, ErrorKind, Result};
use crate::graph::{Node, Snapshot};
use crate::schema::kind;
use crate::simulate::comparison::{declared_copies, loads};
use crate::simulate::search::asked::Asked;
use crate::simulate::search::candidate::{Candidate, Found, Step, is_finished};
use crate::simulate::search::edit::Edit;
use crate::simulate::search::figures;
use crate::simulate::search::{Aim, ConstraintViolation, NotTried, OptimalityBound};
use crate::simulate::{Baseline, ChangeDraft, Given, Scenario};

/// Numbers of copies that are held against limits, at most: each is a comparison.
const MOST_HELD: usize = 400;
/// Things that are sized by limits, at most.
const MOST_BY_LIMITS: usize = 20;
/// Sizes of one thing by itself that are options, at most.
const MOST_ALONE: usize = 1_000;
/// A share of copies below this is rounding.
const ROUNDING: f64 = 1e-9;

/// All things for each utilisation, each by itself, and as few copies as the limits allow.
pub(super) fn candidates(asked: &Asked<'_>, given: &Given<'_>, context: &Context) -> Result<Found> {
    let method = "all things at each utilisation, each thing by itself";
    let mut found = Found::by(method, false, None, 0);
    let fleet = Fleet::of(asked, given, context)?;
    found.not_tried.clone_from(&fleet.not_tried);
    let mut sizes: BTreeSet<(usize, u32)> = BTreeSet::new();
    for (counts, utilisations) in fleet.settled_for_each(given, context)? {
        sizes.extend(counts.iter().copied().enumerate());
        found.candidates.push(fleet.candidate(busy_at_most(&utilisations), &counts));
    }
    if fleet.things.len() > 1 {
        let left_out = sizes.len().saturating_sub(MOST_ALONE);
        if left_out > 0 {
            let what = format!("{left_out} more sizes of one thing by itself");
            found.not_tried.push(NotTried::new(&what, "too many at a time: name some things", Vec::new()));
        }
        for (place, count) in sizes.into_iter().take(MOST_ALONE) {
            let mut counts = fleet.now();
            counts[place] = count;
            let copies = if count == 1 { "1 copy".to_owned() } else { format!("{count} copies") };
            found.candidates.push(fleet.candidate(format!("{} in {copies}", fleet.name(place)), &counts));
        }
    }
    if !asked.draft.constraints.limits.is_empty() && !fleet.things.is_empty() {
        let by_limits = fleet.by_limits(given, context, &mut found);
        if unless_late(by_limits, context)?.is_none() {
            let what = "as few copies as keep the limits";
            found.not_tried.push(NotTried::new(what, LATE, Vec::new()));
        }
    }
    found.method.looked_at += found.candidates.len() as u64;
    found.is_finished = is_finished(context)?;
    Ok(found)
}

/// What an option is called that is right for some utilisations.
fn busy_at_most(utilisations: &[f64]) -> String {
    let mut told = utilisations.iter().map(|utilisation| format!("{}%", (utilisation * 100.0).round()));
    let first = format!("at most {} busy", told.next().unwrap_or_default());
    let others: Vec<String> = told.collect();
    if others.is_empty() { first } else { format!("{first}, and so for {}", others.join(", ")) }
}

const LATE: &str = "the deadline passed before it was known";

/// What was found, or nothing if the deadline passed before: then the best so far is told.
fn unless_late<T>(found: Result<T>, context: &Context) -> Result<Option<T>> {
    match found {
        Err(error) if error.kind() == ErrorKind::Limit && !context.goes_on() => Ok(None),
        found => found.map(Some),
    }
}

/// Something that may run in more copies, or in fewer.
#[derive(Clone, Debug)]
struct Thing {
    node: Node,
    service: String,
    now: u32,
    /// The share of their time that its workers are asked for now.
    busy: f64,
}

/// How busy workers of each service are, where that is known.
type Busy = BTreeMap<String, Option<f64>>;

/// Everything that is sized.
struct Fleet<'q, 'a> {
    asked: &'q Asked<'a>,
    things: Vec<Thing>,
    utilisations: &'q [f64],
    least: u32,
    most: Option<u32>,
    not_tried: Vec<NotTried>,
}

impl<'q, 'a> Fleet<'q, 'a> {
    /// Plays the recorded requests once.
    fn of(asked: &'q Asked<'a>, given: &Given<'_>, context: &Context) -> Result<Self> {
        let Aim::RightSize { utilisations, least, most, .. } = &asked.draft.aim else {
            return Err(Error::new(ErrorKind::Invalid, "this search is for no sizes"));
        };
        let (least, most) = (*least, *most);
        let mut fleet = Fleet { asked, things: Vec::new(), utilisations, least, most, not_tried: Vec::new() };
        let busy = unless_late(busy(&Scenario::new(asked.base, "as it is"), given, context), context)?;
        let busy = match busy.unwrap_or_else(|| Err(LATE.to_owned())) {
            Ok(busy) => busy,
            Err(why) => {
                let why = format!("how busy anything is follows from recorded requests: {why}");
                fleet.not_tried.push(NotTried::new("right sizes", &why, Vec::new()));
                return Ok(fleet);
            }
        };
        let mut left_out: BTreeMap<(&str, &str), BTreeSet<Node>> = BTreeMap::new();
        for node in named_or_all(asked) {
            match thing(asked, given, node, &busy) {
                Ok(thing) => fleet.things.push(thing),
                // What was not asked for by name and sends no spans is no service at all.
                Err((what, _)) if asked.named.is_empty() && what == UNRECORDED => {}
                Err(why) => {
                    left_out.entry(why).or_default().insert(node);
                }
            }
        }
        let told = |nodes: BTreeSet<Node>| nodes.into_iter().map(|node| asked.told(node)).collect();
        fleet.not_tried =
            left_out.into_iter().map(|((what, why), nodes)| NotTried::new(what, why, told(nodes))).collect();
        let why = "how much faster anything is on them was never measured";
        fleet.not_tried.push(NotTried::new("machines of another size", why, Vec::new()));
        Ok(fleet)
    }

    fn name(&self, place: usize) -> &str {
        self.asked.name(self.things[place].node)
    }

    fn now(&self) -> Vec<u32> {
        self.things.iter().map(|thing| thing.now).collect()
    }

    /// So many copies of each that none is busier, by the time that its workers take now.
    fn counts(&self, utilisation: f64) -> Vec<u32> {
        self.things.iter().map(|thing| self.count(thing.now, thing.busy, utilisation)).collect()
    }

    fn count(&self, now: u32, busy: f64, utilisation: f64) -> u32 {
        let needed = (f64::from(now) * busy / utilisation - ROUNDING).ceil();
        // A number beyond the range is the end of the range.
        (needed as u32).clamp(self.least, self.most.unwrap_or(u32::MAX).max(self.least))
    }

    /// By numbers of copies, the utilisations for which they are right.
    fn settled_for_each(&self, given: &Given<'_>, context: &Context) -> Result<Vec<(Vec<u32>, Vec<f64>)>> {
        let mut settled: Vec<(Vec<u32>, Vec<f64>)> = Vec::new();
        for utilisation in self.utilisations {
            let counts = self.settled(*utilisation, given, context)?;
            match settled.iter_mut().find(|(known, _)| *known == counts) {
                Some((_, utilisations)) => utilisations.push(*utilisation),
                None => settled.push((counts, vec![*utilisation])),
            }
        }
        Ok(settled)
    }

    /// The same, once it has been looked at what fewer copies of what they wait for add to the time that workers take.
    fn settled(&self, utilisation: f64, given: &Given<'_>, context: &Context) -> Result<Vec<u32>> {
        const LOOKS: usize = 4;
        let mut counts = self.counts(utilisation);
        for _ in 0..LOOKS {
            let busy = busy(&self.scenario(&counts)?, given, context);
            let Some(Ok(busy)) = unless_late(busy, context)? else { break };
            let more = self.things.iter().zip(&counts).map(|(thing, count)| {
                let busy = busy.get(&thing.service).copied().flatten().unwrap_or(0.0);
                self.count(*count, busy, utilisation).max(*count)
            });
            let more: Vec<u32> = more.collect();
            if more == counts {
                break;
            }
            counts = more;
        }
        Ok(counts)
    }

    fn scenario(&self, counts: &[u32]) -> Result<Scenario> {
        let base = self.asked.base;
        let changes: Vec<ChangeDraft> = self.edits(counts).iter().map(|edit| edit.draft(base)).collect();
        Scenario::of(base, "sizes", &changes)
    }

    fn edits(&self, counts: &[u32]) -> Vec<Edit> {
        let changed = self.things.iter().zip(counts).filter(|(thing, count)| thing.now != **count);
        changed.map(|(thing, count)| Edit::Scale { node: thing.node, replicas: *count, now: thing.now }).collect()
    }

    fn candidate(&self, name: String, counts: &[u32]) -> Candidate {
        let step = |edit: Edit| Step { members: vec![edit.changed()], edits: vec![edit], ..Step::default() };
        let steps: Vec<Step> = self.edits(counts).into_iter().map(step).collect();
        let mut candidate = Candidate::of_steps(self.asked, name, &steps);
        candidate.replicas = Some(counts.iter().map(|count| u64::from(*count)).sum());
        candidate.assumptions = vec!["each copy has as many workers as each has now".to_owned()];
        for member in steps.iter().flat_map(|step| &step.members) {
            candidate.evidence.extend(self.asked.base.entity(*member).evidence.iter().copied());
        }
        candidate
    }

    /// As few copies as keep the limits, by halving, on the understanding that more copies never make a figure worse. What one thing needs at least while all others have as many
    /// as they may is a bound on what it needs in any option.
    fn by_limits(&self, given: &Given<'_>, context: &Context, found: &mut Found) -> Result<()> {
        if self.things.len() > MOST_BY_LIMITS {
            let what = "as few copies as keep the limits";
            found.not_tried.push(NotTried::new(what, "too many things at a time: name some", Vec::new()));
            return Ok(());
        }
        let baseline = Baseline::of(self.asked.base);
        let given = Given { baseline: Some(&baseline), is_quick: true, ..given.clone() };
        let limits = Limits { fleet: self, given: &given, context };
        let most = self.upper();
        let (broken, open) = limits.held(&most)?;
        // Whatever is broken with as many copies as there may be is broken anyway, and what is open is no better with fewer.
        let keeps = |counts: &[u32]| {
            let (more_broken, more_open) = limits.held(counts)?;
            let is_less = more_broken.len() <= broken.len();
            Ok(is_less && more_broken.len() + more_open <= broken.len() + open)
        };
        let alone = |place: usize| limits.fewest(&most, place, &keeps);
        let least: Vec<(u32, usize)> = (0..most.len()).into_par_iter().map(alone).collect::<Result<_>>()?;
        let mut held = 1 + least.iter().map(|(_, held)| held).sum::<usize>();
        let least: Vec<u32> = least.into_iter().map(|(count, _)| count).collect();
        let (mut counts, mut is_whole) = (most, true);
        held += 1;
        match keeps(&least)? {
            true => counts.clone_from(&least),
            false => {
                for place in 0..counts.len() {
                    if held > MOST_HELD || !is_finished(context)? {
                        is_whole = false;
                        break;
                    }
                    let (count, more) = limits.fewest(&counts, place, &keeps)?;
                    (counts[place], held) = (count, held + more);
                }
            }
        }
        found.method.name += ", and as few copies as keep the limits";
        found.method.looked_at += held as u64;
        let total = |counts: &[u32]| counts.iter().map(|count| *count as usize).sum::<usize>();
        let name = match (broken.is_empty(), open) {
            (true, 0) => "as few copies as keep the limits",
            (true, _) => "as few copies as may keep the limits",
            (false, _) => "as few copies as break no more limits",
        };
        found.impossible.extend(broken.iter().cloned().map(|violation| ConstraintViolation {
            what: format!("{}, with as many copies of everything as there may be", violation.what),
            ..violation
        }));
        self.tell(name, &counts, found);
        let bound =
            OptimalityBound::new("copies of all things, while limits are kept", Some(total(&counts)), total(&least));
        found.method.is_exact = is_whole && bound.gap == Some(0.0) && broken.is_empty() && open == 0;
        found.method.optimality = Some(bound);
        Ok(())
    }

    /// One more option, or one more name for the same numbers.
    fn tell(&self, name: &str, counts: &[u32], found: &mut Found) {
        let mut candidate = self.candidate(name.to_owned(), counts);
        let taken = "more copies never make a limited figure worse".to_owned();
        match found.candidates.iter_mut().find(|known| known.edits == candidate.edits) {
            Some(known) => {
                known.name = format!("{}, and {name}", known.name);
                known.assumptions.push(taken);
            }
            None => {
                candidate.assumptions.push(taken);
                found.candidates.push(candidate);
            }
        }
    }

    /// As many copies of each as are looked at.
    fn upper(&self) -> Vec<u32> {
        let idlest = self.utilisations.iter().copied().fold(1.0, f64::min);
        let usual = self.counts(idlest).into_iter().zip(self.now()).map(|(count, now)| count.max(now));
        usual.map(|count| self.most.unwrap_or(count).max(self.least)).collect()
    }
}

/// Numbers of copies, held against the limits.
struct Limits<'f, 'q, 'a> {
    fleet: &'f Fleet<'q, 'a>,
    given: &'f Given<'f>,
    context: &'f Context,
}

impl Limits<'_, '_, '_> {
    /// The limits that are broken, and of how many nobody knows whether they are kept.
    fn held(&self, counts: &[u32]) -> Result<(Vec<ConstraintViolation>, usize)> {
        let compared = figures::compared(self.fleet.asked, &self.fleet.scenario(counts)?, self.given, self.context)?;
        let is_limit = |constraint: &str| constraint == "limits";
        let open = compared.undecided.iter().filter(|undecided| is_limit(undecided.constraint)).count();
        let broken = compared.violations.into_iter().filter(|violation| is_limit(violation.constraint));
        Ok((broken.collect(), open))
    }

    /// How few copies of one thing are enough while the others stay, and how many numbers were tried.
    fn fewest(
        &self,
        counts: &[u32],
        place: usize,
        keeps: &(impl Fn(&[u32]) -> Result<bool> + Sync),
    ) -> Result<(u32, usize)> {
        let (mut low, mut high, mut tried) = (self.fleet.least, counts[place], 0);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut counts = counts.to_vec();
            counts[place] = middle;
            tried += 1;
            if keeps(&counts)? { high = middle } else { low = middle + 1 }
        }
        Ok((high, tried))
    }
}

/// Why something is left out.
type Left = (&'static str, &'static str);

const UNRECORDED: &str = "what no recorded request shows";

/// The things that may be sized, in order.
fn named_or_all(asked: &Asked<'_>) -> Vec<Node> {
    if asked.named.is_empty() { asked.base.of_kind(&kind::COMPONENT).collect() } else { asked.named.clone() }
}

/// How busy workers are after a scenario; or why nobody knows.
fn busy(scenario: &Scenario, given: &Given<'_>, context: &Context) -> Result<std::result::Result<Busy, String>> {
    let loads = loads(scenario, given, context)?;
    Ok(loads
        .map(|loads| loads.into_iter().map(|load| (load.service, load.utilisation.map(|[_, after]| after))).collect()))
}

fn thing(asked: &Asked<'_>, given: &Given<'_>, node: Node, busy: &Busy) -> std::result::Result<Thing, Left> {
    const UNKNOWN: Left = (UNRECORDED, "nobody knows how busy it is");
    const SEVERAL: Left = ("things that requests show as several, or not apart", "name one of their instances");
    let base: &Snapshot = asked.base;
    let service = given.traffic.ok_or(UNKNOWN)?.service(base, node).map_err(|_| SEVERAL)?;
    let busy = busy.get(&service).copied().ok_or(UNKNOWN)?;
    if asked.is_frozen(node) {
        return Err(("things on the freeze list", "they may not be touched"));
    }
    let Some(now) = declared_copies(base, node).filter(|now| *now > 0) else {
        return Err(("things whose number of copies nothing declares", "how many more or fewer that is is not known"));
    };
    let why = "no number of workers is declared, or fewer than 30 requests were recorded";
    let busy = busy.ok_or(("things of which nobody knows how busy they are", why))?;
    Ok(Thing { node, service, now, busy })
}
