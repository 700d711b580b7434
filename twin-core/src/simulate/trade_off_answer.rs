//! Comparisons that a host holds as answers, as the options of a trade-off.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, AsOf, Freshness, NoEvidence, Reply, Status};
use crate::base::{Error, ErrorKind, Result, Timestamp};
use crate::simulate::comparison::named;
use crate::simulate::objective::{Objective, ObjectiveDraft};
use crate::simulate::told::FigureTold;
use crate::simulate::trade_off::{TradeOff, ranked};
use crate::simulate::untouched::add_untouched;

/// Where no choice differs, whatever the figures are.
const METHOD: &str = "fronts of non-dominated sorting by the figures, and robust dominance by their ranges, or where options are paired by their differences to what is now";

/// The answer to a comparison, as its JSON tells it.
#[derive(Deserialize)]
struct Compared {
    question: Value,
    value: FiguresTold,
    status: Status,
    freshness: Vec<Freshness>,
    assumptions: Vec<String>,
    inputs: Vec<String>,
    blind_spots: Vec<String>,
    seed: Option<u64>,
    revision: u64,
    as_of: AsOfTold,
}

#[derive(Deserialize)]
struct FiguresTold {
    figures: Vec<FigureTold>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
struct AsOfTold {
    valid: Timestamp,
    known: Timestamp,
}

impl Compared {
    fn name(&self) -> &str {
        self.question["name"].as_str().unwrap_or_default()
    }

    fn is_unchanged(&self) -> bool {
        self.question["changes"].as_array().is_some_and(Vec::is_empty)
    }

    fn is_of_one_base_with(&self, other: &Compared) -> bool {
        let world = |one: &Compared| one.question["scenario"].clone();
        self.revision == other.revision && self.as_of == other.as_of && world(self) == world(other)
    }
}

/// Ranks scenarios by objectives, each given as the answer to its comparison and called as its scenario is; see [`trade_off`](crate::simulate::trade_off). What the comparisons
/// rest on, the answer rests on. O(size of the answers + options² · objectives).
///
/// # Errors
/// `Invalid` for an answer that is no comparison, and as of [`trade_off`](crate::simulate::trade_off); `Unknown` for a dimension that no comparison has.
pub fn trade_off_of_answers(answers: &[Reply], objectives: &[ObjectiveDraft]) -> Result<Answer<TradeOff>> {
    let meant: Vec<Objective> = objectives.iter().map(ObjectiveDraft::objective).collect::<Result<_>>()?;
    let mut compared: Vec<Compared> =
        (0..).zip(answers).map(|(place, answer)| read(place, answer)).collect::<Result<_>>()?;
    let figures = |of: &mut Compared| (of.name().to_owned(), std::mem::take(&mut of.value.figures));
    let mut options: Vec<(String, Vec<FigureTold>)> = compared.iter_mut().map(figures).collect();
    let unchanged: Vec<bool> = compared.iter().map(Compared::is_unchanged).collect();
    let untouched = match is_one_base(&compared) {
        true => add_untouched(&mut options, &unchanged, &meant),
        false => BTreeSet::new(),
    };
    let value = ranked(&options, &meant)?;
    let Some(first) = compared.first() else {
        return Err(Error::new(ErrorKind::Invalid, "a trade-off takes an option at least"));
    };
    let (of_all, meant) = (&compared, json!(meant));
    let all =
        |words: fn(&Compared) -> &Vec<String>| -> BTreeSet<String> { of_all.iter().flat_map(words).cloned().collect() };
    let mut assumptions = all(|one| &one.assumptions);
    assumptions.extend(taken_for_granted(objectives).chain(untouched).chain(taken_for_independent(&value)));
    let mut blind_spots = all(|one| &one.blind_spots);
    blind_spots.extend(differences(&compared));
    Ok(Answer {
        question: json!({
            "kind": "trade_off",
            "options": compared.iter().map(|one| &one.question).collect::<Vec<_>>(),
            "objectives": meant,
        }),
        status: whole(&compared),
        value,
        interval: None,
        basis: Vec::new(),
        method: METHOD.to_owned(),
        assumptions: assumptions.into_iter().collect(),
        inputs: all(|one| &one.inputs).into_iter().collect(),
        verdict: None,
        freshness: compared
            .iter()
            .flat_map(|one| &one.freshness)
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        blind_spots: blind_spots.into_iter().collect(),
        seed: first.seed.filter(|seed| compared.iter().all(|one| one.seed == Some(*seed))),
        revision: first.revision,
        as_of: AsOf { valid: first.as_of.valid, known: first.as_of.known },
        resolver: Arc::new(NoEvidence),
    })
}

fn read(place: usize, answer: &Reply) -> Result<Compared> {
    let wrong = || format!("answer {place} is no comparison: a trade-off takes answers of Scenario.compare");
    serde_json::from_str(&answer.to_json()).map_err(|error| Error::new(ErrorKind::Invalid, wrong()).because(error))
}

/// What nobody said of the objectives.
fn taken_for_granted(objectives: &[ObjectiveDraft]) -> impl Iterator<Item = String> + '_ {
    let silent = objectives.iter().filter(|objective| objective.goal.is_none());
    silent.map(|objective| format!("less is better of {} (default)", objective.dimension))
}

/// What is taken of differences that rest on one recording. A part that two of them share would make them less far apart than they are said to be.
fn taken_for_independent(trade_off: &TradeOff) -> impl Iterator<Item = String> + '_ {
    let paired = trade_off.objectives.iter().filter(|objective| objective.is_paired);
    paired.map(|objective| {
        let dimension = named(&objective.dimension);
        format!("what is unknown of differences in {dimension} is independent from option to option")
    })
}

/// As whole as the least whole of the comparisons.
fn whole(compared: &[Compared]) -> Status {
    let unknown = compared.iter().find(|one| matches!(one.status, Status::Unknown { .. }));
    let missing: BTreeSet<_> = compared
        .iter()
        .flat_map(|one| match &one.status {
            Status::Partial { missing } => missing.clone(),
            _ => Vec::new(),
        })
        .collect();
    match unknown {
        Some(one) => one.status.clone(),
        None if missing.is_empty() => Status::Complete,
        None => Status::Partial { missing: missing.into_iter().collect() },
    }
}

fn is_one_base(compared: &[Compared]) -> bool {
    compared.windows(2).all(|pair| pair[0].is_of_one_base_with(&pair[1]))
}

/// In what the comparisons differ beside what they compare.
fn differences(compared: &[Compared]) -> Vec<String> {
    let Some((first, others)) = compared.split_first() else { return Vec::new() };
    let of_chance = |one: &&Compared| one.seed != first.seed;
    let basis = others.iter().find(|one| !first.is_of_one_base_with(one)).map(|one| {
        format!(
            "the options are not compared on one base: \"{}\" at revision {}, \"{}\" at revision {}, or as of other times",
            first.name(), first.revision, one.name(), one.revision
        )
    });
    let chance = others.iter().find(of_chance).map(|one| {
        format!(
            "the options do not share their chance: \"{}\" and \"{}\" were compared with other seeds or without requests",
            first.name(), one.name()
        )
    });
    basis.into_iter().chain(chance).collect()
}
