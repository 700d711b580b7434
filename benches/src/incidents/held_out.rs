//! Weights of blame that are chosen without the incidents of one cause, and held against those: what a cause that was never seen would get.

use std::collections::BTreeSet;

use twin_core::analysis::{BlameWeights, rank_suspects_by};
use twin_core::base::{Context, Result, Timestamp};

use crate::incidents::{Fault, Hits, Labelled, make};

/// How many incidents are made up for each sort of fault, to choose between weights that do alike.
const MADE: u64 = 8;

/// What causes would get that were never seen.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// All incidents, each ranked by weights that incidents of other causes and made-up ones chose.
    pub hits: Hits,
    /// By cause, the weights that its incidents were ranked by.
    pub chosen: Vec<(String, BlameWeights)>,
}

/// Leaves one cause out after the other. O(weights · incidents).
///
/// # Errors
/// If an incident makes no sense.
pub fn leave_one_cause_out(labelled: &[Labelled]) -> Result<HeldOut> {
    let made: Vec<Labelled> = Fault::ALL
        .into_iter()
        .flat_map(|fault| (0..MADE).filter_map(move |seed| make(seed, fault)))
        .map(|made| Labelled { incident: made.incident, cause: made.cause })
        .collect();
    let of = |weights: &BlameWeights| {
        let places = labelled.iter().map(|one| place(one, weights)).collect::<Result<Vec<Option<usize>>>>()?;
        let mut hits = Hits::default();
        made.iter().try_for_each(|one| place(one, weights).map(|place| hits.count_at(place)))?;
        Ok((*weights, places, hits))
    };
    let all = candidates().iter().map(of).collect::<Result<Vec<(BlameWeights, Vec<Option<usize>>, Hits)>>>()?;
    let mut held_out = HeldOut { hits: Hits::default(), chosen: Vec::new() };
    let causes: BTreeSet<&String> = labelled.iter().map(|one| &one.cause).collect();
    for cause in causes {
        let is_left_out = |place: usize| labelled[place].cause == *cause;
        let worth = |(_, places, made): &(BlameWeights, Vec<Option<usize>>, Hits)| {
            let mut others = Hits::default();
            let kept = places.iter().enumerate().filter(|(at, _)| !is_left_out(*at));
            kept.for_each(|(_, place)| others.count_at(*place));
            (others.first, others.among_three, made.first, made.among_three)
        };
        // Of those that do alike, the first.
        let Some((weights, places, _)) = all.iter().rev().max_by_key(|candidate| worth(candidate)) else { break };
        let left_out = places.iter().enumerate().filter(|(at, _)| is_left_out(*at));
        left_out.for_each(|(_, place)| held_out.hits.count_at(*place));
        held_out.chosen.push((cause.clone(), *weights));
    }
    Ok(held_out)
}

/// At which place the cause stands, if it is named.
fn place(labelled: &Labelled, weights: &BlameWeights) -> Result<Option<usize>> {
    let ranking = rank_suspects_by(&labelled.incident, weights, &Context::new(Timestamp::MIN))?;
    Ok(ranking.suspects.iter().position(|suspect| suspect.node == labelled.cause))
}

/// The usual weights, and for each of them half and twice as much.
fn candidates() -> Vec<BlameWeights> {
    let usual = BlameWeights::default();
    let with = |times: f64| {
        let part = |part: f64| (part * times).min(1.0);
        [
            BlameWeights { begins: usual.begins * times.min(1.5), ..usual },
            BlameWeights { certain: usual.certain * times.max(0.75), ..usual },
            BlameWeights { other_harm: usual.other_harm * times, ..usual },
            BlameWeights { silent: usual.silent * times, ..usual },
            BlameWeights { unobserved: usual.unobserved * times, ..usual },
            BlameWeights { fails_before: part(usual.fails_before), ..usual },
            BlameWeights { newly_called: part(usual.newly_called), ..usual },
        ]
    };
    [usual].into_iter().chain([0.5, 2.0].into_iter().flat_map(with)).collect()
}
