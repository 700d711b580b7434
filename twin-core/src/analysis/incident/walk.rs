//! A random walk that now and then starts again: how often it is where, which is how much of the restarts' weight ends where.

use std::collections::BTreeMap;

use crate::base::{Context, Error, ErrorKind, Result, shortened};

/// A step that a walk may take.
#[derive(Clone, Debug, PartialEq)]
pub struct WalkEdge {
    /// From where, by id.
    pub from: String,
    /// To where, by id; the same place is allowed.
    pub to: String,
    /// How likely, beside the other steps from there; not negative. Steps between the same two places add up.
    pub weight: f64,
}

/// Where a walk may go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RandomWalk {
    /// The places, by id, each once.
    pub nodes: Vec<String>,
    /// The steps.
    pub edges: Vec<WalkEdge>,
    /// The probability of taking a step and not starting again: from 0 to below 1.
    pub damping: f64,
    /// Where it starts, with weights that are not negative; places that are not named have none.
    pub restart: BTreeMap<String, f64>,
}

/// How often a weighted random walk with restart is at each place, in the order of the places; together 1.
///
/// `score = damping · Wᵀ · score + (1 − damping) · restart`, with the rows of `W` and the restart divided by their sums; where no step leads on, it starts again: personalised PageRank
/// (Page and others 1999, Haveliwala 2002). By power iteration until no more than 10⁻¹² in all is missing. O((nodes + edges) · log 10⁻¹² / log damping).
///
/// # Errors
/// `Invalid` if a node is there twice, a weight is negative or not finite, weights add up beyond any number, the damping is not from 0 to below 1, or there are nodes and no restart; `Unknown` for
/// an edge or a restart at an unknown node; `Limit` if the damping is so near to 1 that it does not settle; `Cancelled` or `Limit` by `context`, which is asked in each round.
pub fn random_walk_with_restart(walk: &RandomWalk, context: &Context) -> Result<Vec<f64>> {
    let places = places(&walk.nodes)?;
    if walk.nodes.is_empty() && walk.edges.is_empty() && walk.restart.is_empty() {
        return Ok(Vec::new());
    }
    let place = |what: &str, id: &str| {
        let known = || walk.nodes.iter().map(String::as_str);
        places.get(id).copied().ok_or_else(|| Error::unknown(&format!("node of {what}"), id, known()))
    };
    let mut steps = Vec::with_capacity(walk.edges.len());
    for edge in &walk.edges {
        let ends = (place("an edge", &edge.from)?, place("an edge", &edge.to)?);
        steps.push((ends.0, ends.1, weight("edge from", &edge.from, edge.weight)?));
    }
    let mut restart = vec![0.0; walk.nodes.len()];
    for (id, given) in &walk.restart {
        restart[place("the restart", id)?] = weight("restart at", id, *given)?;
    }
    Steps::new(&steps, &restart)?.settled(walk.damping, context)
}

fn places(nodes: &[String]) -> Result<BTreeMap<&str, usize>> {
    let mut places = BTreeMap::new();
    for (place, id) in nodes.iter().enumerate() {
        if places.insert(id.as_str(), place).is_some() {
            return Err(invalid(format!("the node {} is there twice: name it once", shortened(id))));
        }
    }
    Ok(places)
}

fn weight(of: &str, id: &str, weight: f64) -> Result<f64> {
    match weight.is_finite() && weight >= 0.0 {
        true => Ok(weight),
        false => Err(invalid(format!("the weight of the {of} {} is {weight}: give one from 0 up", shortened(id)))),
    }
}

/// How much less than 1 may be told in all.
const MISSING: f64 = 1e-12;
/// Enough for a damping of 0.9997.
const MOST_ROUNDS: usize = 100_000;

/// Steps by where they lead to, as probabilities.
pub(super) struct Steps {
    offsets: Vec<usize>,
    sources: Vec<(usize, f64)>,
    /// Where no step leads on.
    ends: Vec<usize>,
    restart: Vec<f64>,
}

impl Steps {
    /// Steps as (from, to, weight) with a weight of restart for each place. Weights are finite and not negative, and places are within.
    pub fn new(steps: &[(usize, usize, f64)], restart: &[f64]) -> Result<Self> {
        let count = restart.len();
        let mut leaving = vec![0.0; count];
        let mut offsets = vec![0; count + 1];
        for (from, to, weight) in steps {
            leaving[*from] += weight;
            offsets[to + 1] += 1;
        }
        let started: f64 = restart.iter().sum();
        if !leaving.iter().chain([&started]).all(|sum| sum.is_finite()) {
            return Err(invalid("weights add up beyond any number: scale them down".to_owned()));
        }
        if started <= 0.0 {
            return Err(invalid("no restart has a weight above 0: say where the walk starts".to_owned()));
        }
        (0..count).for_each(|place| offsets[place + 1] += offsets[place]);
        let mut next = offsets.clone();
        let mut sources = vec![(0, 0.0); steps.len()];
        for (from, to, weight) in steps {
            sources[next[*to]] = (*from, if *weight > 0.0 { weight / leaving[*from] } else { 0.0 });
            next[*to] += 1;
        }
        let ends = (0..count).filter(|place| leaving[*place] <= 0.0).collect();
        Ok(Steps { offsets, sources, ends, restart: restart.iter().map(|weight| weight / started).collect() })
    }

    /// How often the walk is where.
    pub fn settled(&self, damping: f64, context: &Context) -> Result<Vec<f64>> {
        if !(0.0..1.0).contains(&damping) {
            return Err(invalid(format!("the damping is {damping}: give one from 0 to below 1")));
        }
        // What is missing after a round is at most so many times what the round changed.
        let behind = damping / (1.0 - damping);
        let mut scores = self.restart.clone();
        for _ in 0..MOST_ROUNDS {
            context.check()?;
            let next = self.round(&scores, damping);
            let changed: f64 = next.iter().zip(&scores).map(|(next, score)| (next - score).abs()).sum();
            scores = next;
            if changed * behind <= MISSING {
                return Ok(scores);
            }
        }
        let told = format!("the walk does not settle within {MOST_ROUNDS} rounds: give a damping below {damping}");
        Err(Error::new(ErrorKind::Limit, told))
    }

    fn round(&self, scores: &[f64], damping: f64) -> Vec<f64> {
        let ended: f64 = self.ends.iter().map(|place| scores[*place]).sum();
        let arriving = |place: usize| -> f64 {
            let sources = &self.sources[self.offsets[place]..self.offsets[place + 1]];
            sources.iter().map(|(from, probability)| scores[*from] * probability).sum()
        };
        let started = 1.0 - damping + damping * ended;
        self.restart.iter().enumerate().map(|(place, restart)| damping * arriving(place) + started * restart).collect()
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::base::Timestamp;

    fn walk(nodes: &str, edges: &[(&str, &str, f64)], damping: f64, restart: &[(&str, f64)]) -> RandomWalk {
        let edge = |(from, to, weight): &(&str, &str, f64)| WalkEdge {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            weight: *weight,
        };
        RandomWalk {
            nodes: nodes.split_whitespace().map(str::to_owned).collect(),
            edges: edges.iter().map(edge).collect(),
            damping,
            restart: restart.iter().map(|(id, weight)| ((*id).to_owned(), *weight)).collect(),
        }
    }

    fn scores(walk: &RandomWalk) -> Result<Vec<f64>> {
        random_walk_with_restart(walk, &Context::new(Timestamp::MIN))
    }

    #[test]
    fn walks_settle_where_they_must() {
        let cases = [
            (walk("", &[], 0.5, &[]), vec![]),
            (walk("a", &[], 0.9, &[("a", 3.0)]), vec![1.0]),
            (walk("a b", &[("a", "b", 5.0)], 0.0, &[("a", 1.0), ("b", 3.0)]), vec![0.25, 0.75]),
            // From b it starts again: a = 1/2 + b/2, b = a/2.
            (walk("a b", &[("a", "b", 1.0)], 0.5, &[("a", 1.0)]), vec![2.0 / 3.0, 1.0 / 3.0]),
            // Parallel steps add up, a step without weight is none.
            (
                walk(
                    "a b c",
                    &[("a", "b", 1.0), ("a", "c", 1.0), ("a", "b", 1.0), ("b", "c", 0.0)],
                    0.5,
                    &[("a", 1.0)],
                ),
                vec![2.0 / 3.0, 2.0 / 9.0, 1.0 / 9.0],
            ),
            // It stays at b: a = 1/2, b = a/2 + b/2.
            (walk("a b", &[("a", "b", 1.0), ("b", "b", 1.0)], 0.5, &[("a", 1.0)]), vec![0.5, 0.5]),
            (walk("a b", &[("a", "b", 1e-300), ("b", "a", 1e300)], 0.5, &[("a", 1e-300)]), vec![2.0 / 3.0, 1.0 / 3.0]),
        ];
        for (walk, expected) in cases {
            let found = scores(&walk).expect("the walk makes sense");
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-12, "{walk:?}: {found} is not {expected}");
            }
        }
    }

    #[test]
    fn walks_that_make_no_sense_are_refused() {
        let to_b = |weight: f64| walk("a b", &[("a", "b", weight), ("a", "b", weight)], 0.5, &[("a", 1.0)]);
        let back = [("a", "b", 1.0), ("b", "a", 1.0)];
        let cases = [
            (walk("a a", &[], 0.5, &[("a", 1.0)]), ErrorKind::Invalid, "there twice"),
            (walk("ab", &[("ab", "abc", 1.0)], 0.5, &[("ab", 1.0)]), ErrorKind::Unknown, "nearest are ab"),
            (walk("a", &[], 0.5, &[("b", 1.0)]), ErrorKind::Unknown, "node of the restart"),
            (walk("", &[], 0.5, &[("b", 1.0)]), ErrorKind::Unknown, "node of the restart"),
            (walk("a", &[], 0.5, &[]), ErrorKind::Invalid, "no restart"),
            (walk("a", &[], 0.5, &[("a", 0.0)]), ErrorKind::Invalid, "no restart"),
            (walk("a", &[], 0.5, &[("a", -1.0)]), ErrorKind::Invalid, "the weight of the restart at a is -1"),
            (to_b(-1.0), ErrorKind::Invalid, "the weight of the edge from a is -1"),
            (to_b(f64::NAN), ErrorKind::Invalid, "NaN"),
            (to_b(f64::MAX), ErrorKind::Invalid, "beyond any number"),
            (walk("a", &[], 1.0, &[("a", 1.0)]), ErrorKind::Invalid, "the damping is 1"),
            (walk("a", &[], f64::NAN, &[("a", 1.0)]), ErrorKind::Invalid, "the damping is NaN"),
            (walk("a b", &back, 0.999_999_9, &[("a", 1.0)]), ErrorKind::Limit, "does not settle"),
        ];
        for (walk, kind, told) in cases {
            let error = scores(&walk).expect_err(told);
            assert_eq!(error.kind(), kind, "{told}");
            assert!(error.to_string().contains(told), "{error}");
        }
    }

    type Drawn = (usize, Vec<(usize, usize, u8)>, Vec<u8>, f64);

    fn drawn() -> impl Strategy<Value = Drawn> {
        (1..12_usize).prop_flat_map(|count| {
            let edge = (0..count, 0..count, 0..9_u8);
            (Just(count), vec(edge, 0..40), vec(1..9_u8, count), 0.0..0.95)
        })
    }

    /// The equations as they stand, with what ends written as steps to the restart, solved by elimination with pivots.
    fn solved((count, edges, restart, damping): &Drawn) -> Vec<f64> {
        let started: f64 = restart.iter().map(|weight| f64::from(*weight)).sum();
        let restart: Vec<f64> = restart.iter().map(|weight| f64::from(*weight) / started).collect();
        let mut steps = vec![vec![0.0; *count]; *count];
        edges.iter().for_each(|(from, to, weight)| steps[*from][*to] += f64::from(*weight));
        for row in &mut steps {
            let leaving: f64 = row.iter().sum();
            row.iter_mut().zip(&restart).for_each(|(step, restart)| {
                *step = if leaving > 0.0 { *step / leaving } else { *restart };
            });
        }
        let row = |to: usize| {
            let left = (0..*count).map(|from| f64::from(u8::from(from == to)) - damping * steps[from][to]);
            left.chain([(1.0 - damping) * restart[to]]).collect()
        };
        let mut rows: Vec<Vec<f64>> = (0..*count).map(row).collect();
        for pivot in 0..*count {
            let best = (pivot..*count).max_by(|a, b| rows[*a][pivot].abs().total_cmp(&rows[*b][pivot].abs()));
            rows.swap(pivot, best.unwrap_or(pivot));
            let chosen: Vec<f64> = rows[pivot].iter().map(|value| value / rows[pivot][pivot]).collect();
            for (place, row) in rows.iter_mut().enumerate() {
                let times = row[pivot];
                match place == pivot {
                    true => row.clone_from(&chosen),
                    false => row.iter_mut().zip(&chosen).for_each(|(value, chosen)| *value -= times * chosen),
                }
            }
        }
        rows.iter().map(|row| row[*count]).collect()
    }

    proptest! {
        #[test]
        fn a_walk_settles_where_the_equations_say(drawn in drawn()) {
            let steps: Vec<(usize, usize, f64)> =
                drawn.1.iter().map(|(from, to, weight)| (*from, *to, f64::from(*weight))).collect();
            let restart: Vec<f64> = drawn.2.iter().map(|weight| f64::from(*weight)).collect();
            let steps = Steps::new(&steps, &restart).expect("they make sense");
            let found = steps.settled(drawn.3, &Context::new(Timestamp::MIN)).expect("it settles");
            for (found, expected) in found.iter().zip(solved(&drawn)) {
                prop_assert!((found - expected).abs() < 1e-11, "{} is not {}", found, expected);
            }
            prop_assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}
