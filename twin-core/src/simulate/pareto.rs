//! Trade-offs between options: which ones nothing beats, and what beats the others. No weights are asked for.

use serde::{Deserialize, Serialize};

use crate::base::Result;
use crate::simulate::check::{invalid, within};

/// Which values of an objective are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Goal {
    /// Less is better.
    #[serde(rename = "min")]
    Minimize,
    /// More is better.
    #[serde(rename = "max")]
    Maximize,
}

impl Goal {
    /// The value such that less is better, and equal numbers are equal bits.
    fn lowered(self, value: f64) -> f64 {
        match self {
            Goal::Minimize => value + 0.0,
            Goal::Maximize => 0.0 - value,
        }
    }
}

/// Where an option stands among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Standing {
    /// 0 if no option dominates it; else one more than the largest rank of those that do: non-dominated sorting.
    pub rank: usize,
    /// An option of the rank before that dominates it: no worse in any objective, and better in one.
    pub dominated_by: Option<usize>,
}

/// What an objective may come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Range {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// An option by one objective, beside others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    /// What it comes to.
    pub range: Range,
    /// By how much that differs from what is now, where that is not known exactly.
    pub apart: Option<Apart>,
}

/// By how much an option differs from what is now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Apart {
    /// What is now.
    pub base: f64,
    /// Between which ends that lies.
    pub base_range: [f64; 2],
    /// Between which ends the difference lies.
    pub by: Range,
}

/// What options are held against each other by: where all start from the same, by their differences to it, so that what nobody knows of that tells none from another; else by what they come to. Whether it is
/// by differences comes with it.
pub(super) fn held(stands: &[Stand]) -> (Vec<Range>, bool) {
    let apart: Option<Vec<Apart>> = stands.iter().map(|stand| stand.apart).collect();
    let is_one = |apart: &Vec<Apart>| {
        apart.windows(2).all(|pair| (pair[0].base, pair[0].base_range) == (pair[1].base, pair[1].base_range))
    };
    match apart.filter(is_one) {
        Some(apart) => (apart.iter().map(|apart| apart.by).collect(), !apart.is_empty()),
        None => (stands.iter().map(|stand| stand.range).collect(), false),
    }
}

/// The most options that are compared over three objectives and more, where each may have to be compared with each.
const MOST_OPTIONS: usize = 20_000;

/// Ranks options by fronts of non-dominated sorting; each option has a value for each goal. Equal options do not dominate each other.
///
/// O(n log n) for up to two goals: a sweep over the first with the least of the second per front. Beyond that O(n² goals) at worst, by binary search for the front: Zhang et al.
/// (2015), "An efficient approach to nondominated sorting".
///
/// # Errors
/// `Invalid` for a value that is no number, or an option with more or fewer values than goals; `Limit` beyond 20,000 options over more than two goals.
pub fn pareto(goals: &[Goal], options: &[Vec<f64>]) -> Result<Vec<Standing>> {
    let points = lowered(goals, options)?;
    if goals.len() > 2 {
        within(options.len(), MOST_OPTIONS, format_args!("options over {} objectives", goals.len()))?;
    }
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| points[*a].partial_cmp(&points[*b]).unwrap_or(std::cmp::Ordering::Equal));
    let mut standings = vec![Standing { rank: 0, dominated_by: None }; points.len()];
    let mut fronts = Fronts { points: &points, members: Vec::new(), is_flat: goals.len() <= 2 };
    // Equal options stand together. They are told from each other by nothing, so they share what is found of the first.
    for equal in order.chunk_by(|a, b| points[*a] == points[*b]) {
        let standing = fronts.standing(equal[0]);
        equal.iter().for_each(|option| standings[*option] = standing);
        fronts.add(equal[0], standing.rank);
    }
    Ok(standings)
}

/// For each option another that robustly dominates it: whose worst is no worse than the option's best in every objective, and better in one. The options that have none are
/// those that may be best, whatever the truth within the ranges. O(n² goals).
///
/// # Errors
/// As of [`pareto`], and `Invalid` for a range that ends before it begins.
pub fn robustly_dominated_by(goals: &[Goal], options: &[Vec<Range>]) -> Result<Vec<Option<usize>>> {
    within(options.len(), MOST_OPTIONS, format_args!("options with ranges"))?;
    let backwards = options.iter().position(|option| option.iter().any(|range| range.low > range.high));
    if let Some(option) = backwards {
        return Err(invalid(format!("a range of option {option} ends before it begins: low must not be over high")));
    }
    let goal = |place: usize| goals.get(place).copied().unwrap_or(Goal::Minimize);
    let end = |at_best: bool, (place, range): (usize, &Range)| {
        if (goal(place) == Goal::Minimize) == at_best { range.low } else { range.high }
    };
    let ends = |at_best: bool| {
        let of = |option: &Vec<Range>| option.iter().enumerate().map(|range| end(at_best, range)).collect();
        lowered(goals, &options.iter().map(of).collect::<Vec<Vec<f64>>>())
    };
    let (best, worst) = (ends(true)?, ends(false)?);
    let dominator = |option: usize| (0..options.len()).find(|other| dominates(&worst[*other], &best[option]));
    Ok((0..options.len()).map(dominator).collect())
}

fn lowered(goals: &[Goal], options: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
    let lower = |(place, option): (usize, &Vec<f64>)| {
        if option.len() != goals.len() {
            let (had, wanted) = (option.len(), goals.len());
            return Err(invalid(format!("option {place} has {had} values: it needs one for each of {wanted} goals")));
        }
        if let Some(goal) = option.iter().position(|value| value.is_nan()) {
            return Err(invalid(format!("value {goal} of option {place} is NaN: it must be a number")));
        }
        Ok(goals.iter().zip(option).map(|(goal, value)| goal.lowered(*value)).collect())
    };
    options.iter().enumerate().map(lower).collect()
}

/// Whether a point is no worse in any objective and better in one, where less is better.
fn dominates(point: &[f64], other: &[f64]) -> bool {
    point.iter().zip(other).all(|(a, b)| a <= b) && point.iter().zip(other).any(|(a, b)| a < b)
}

/// The fronts so far. Points come in lexicographic order, so that only earlier ones may dominate.
struct Fronts<'a> {
    points: &'a [Vec<f64>],
    members: Vec<Vec<usize>>,
    /// Whether the last member of a front has the least of the second objective, so that it alone tells.
    is_flat: bool,
}

impl Fronts<'_> {
    /// Whoever dominates a point dominates it from every front before: the first that does not is found by halving.
    fn standing(&self, point: usize) -> Standing {
        let rank = self.members.partition_point(|front| self.dominator(front, point).is_some());
        let before = rank.checked_sub(1).and_then(|before| self.members.get(before));
        Standing { rank, dominated_by: before.and_then(|front| self.dominator(front, point)) }
    }

    fn dominator(&self, front: &[usize], point: usize) -> Option<usize> {
        let asked = if self.is_flat { front.len().min(1) } else { front.len() };
        let last_first = front.iter().rev().take(asked);
        last_first.copied().find(|member| dominates(&self.points[*member], &self.points[point]))
    }

    fn add(&mut self, point: usize, rank: usize) {
        if rank == self.members.len() {
            self.members.push(Vec::new());
        }
        self.members[rank].push(point);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIN: Goal = Goal::Minimize;
    const MAX: Goal = Goal::Maximize;

    fn ranks(goals: &[Goal], options: &[&[f64]]) -> Vec<usize> {
        let options: Vec<Vec<f64>> = options.iter().map(|option| option.to_vec()).collect();
        pareto(goals, &options).expect("sound options").iter().map(|standing| standing.rank).collect()
    }

    #[test]
    fn options_stand_by_fronts() {
        let none: [usize; 0] = [];
        assert_eq!(ranks(&[MIN, MIN], &[]), none);
        assert_eq!(ranks(&[], &[&[], &[]]), [0, 0]);
        assert_eq!(ranks(&[MIN], &[&[2.0], &[1.0], &[2.0], &[3.0]]), [1, 0, 1, 2]);
        assert_eq!(ranks(&[MAX], &[&[2.0], &[1.0]]), [0, 1]);
        assert_eq!(ranks(&[MIN, MAX], &[&[1.0, 1.0], &[1.0, 2.0], &[0.0, 0.0], &[2.0, 1.0]]), [1, 0, 0, 2]);
        assert_eq!(ranks(&[MIN, MIN], &[&[1.0, 1.0], &[1.0, 1.0], &[1.0, 2.0]]), [0, 0, 1]);
        assert_eq!(ranks(&[MIN, MAX], &[&[0.0, -0.0], &[-0.0, 0.0]]), [0, 0]);
        assert_eq!(ranks(&[MIN, MIN, MAX], &[&[1.0, 2.0, 0.0], &[2.0, 1.0, 0.0], &[2.0, 2.0, 0.0]]), [0, 0, 1]);
        assert_eq!(ranks(&[MIN, MAX], &[&[f64::INFINITY, 0.0], &[1.0, f64::NEG_INFINITY]]), [0, 0]);
    }

    #[test]
    fn options_that_start_from_the_same_are_held_against_each_other_by_their_differences() {
        let range = |low: f64, high: f64| Range { low, high };
        let stand = |base: f64, low: f64, high: f64| Stand {
            range: range(base + low - 5.0, base + high + 5.0),
            apart: Some(Apart { base, base_range: [base - 5.0, base + 5.0], by: range(low, high) }),
        };
        let (one, other, elsewhere) = (stand(40.0, 1.0, 2.0), stand(40.0, 3.0, 4.0), stand(41.0, 2.0, 3.0));
        assert_eq!(held(&[one, other]), (vec![range(1.0, 2.0), range(3.0, 4.0)], true));
        assert_eq!(held(&[one, elsewhere]), (vec![one.range, elsewhere.range], false));
        let exact = Stand { apart: None, ..other };
        assert_eq!(held(&[one, exact]), (vec![one.range, other.range], false));
        assert_eq!(held(&[]), (vec![], false));
    }

    #[test]
    fn misuse_names_the_option() {
        let error = pareto(&[MIN], &[vec![1.0], vec![f64::NAN]]).expect_err("no number").to_string();
        assert!(error.contains("value 0 of option 1 is NaN"), "{error}");
        let error = pareto(&[MIN, MAX], &[vec![1.0]]).expect_err("a value is missing").to_string();
        assert!(error.contains("option 0 has 1 values"), "{error}");
        let many = vec![vec![0.0; 3]; MOST_OPTIONS + 1];
        assert_eq!(pareto(&[MIN; 3], &many).expect_err("too many").kind().code(), "limit");
    }

    #[test]
    fn a_long_chain_over_two_objectives_takes_a_sweep() {
        let options: Vec<Vec<f64>> = (0..20_000).map(|place| vec![f64::from(place), f64::from(place)]).collect();
        let standings = pareto(&[MIN, MIN], &options).expect("sound options");
        assert_eq!(standings[19_999], Standing { rank: 19_999, dominated_by: Some(19_998) });
    }

    #[test]
    fn ranges_dominate_only_for_sure() {
        let range = |low: f64, high: f64| Range { low, high };
        let options = [
            vec![range(1.0, 2.0), range(0.9, 1.0)],
            vec![range(2.0, 3.0), range(0.5, 0.8)],
            vec![range(1.5, 3.0), range(0.5, 0.9)],
            vec![range(2.0, 2.0), range(0.9, 0.9)],
        ];
        let found = robustly_dominated_by(&[MIN, MAX], &options).expect("sound ranges");
        assert_eq!(found, [None, Some(0), None, None]);
        let backwards = robustly_dominated_by(&[MIN], &[vec![range(2.0, 1.0)]]).expect_err("backwards").to_string();
        assert!(backwards.contains("option 0"), "{backwards}");
        assert!(robustly_dominated_by(&[MIN], &[vec![range(f64::NAN, 1.0)]]).is_err());
        assert!(robustly_dominated_by(&[MIN], &[vec![]]).is_err());
    }

    /// Takes the non-dominated away, round by round.
    fn naive(points: &[Vec<f64>]) -> Vec<usize> {
        let mut ranks = vec![usize::MAX; points.len()];
        for rank in 0..points.len() {
            let left: Vec<usize> = (0..points.len()).filter(|point| ranks[*point] == usize::MAX).collect();
            for point in &left {
                if !left.iter().any(|other| dominates(&points[*other], &points[*point])) {
                    ranks[*point] = rank;
                }
            }
        }
        ranks
    }

    fn drawn() -> impl Strategy<Value = (Vec<Goal>, Vec<Vec<f64>>)> {
        (0..5_usize).prop_flat_map(|width| {
            let goals = prop::collection::vec(prop_oneof![Just(MIN), Just(MAX)], width);
            let value = (0..6_u8).prop_map(f64::from);
            (goals, prop::collection::vec(prop::collection::vec(value, width), 0..30))
        })
    }

    proptest! {
        #[test]
        fn ranks_are_rounds_of_taking_the_front_away((goals, options) in drawn()) {
            let points = lowered(&goals, &options).expect("numbers");
            let standings = pareto(&goals, &options).expect("sound options");
            let ranks: Vec<usize> = standings.iter().map(|standing| standing.rank).collect();
            prop_assert_eq!(&ranks, &naive(&points));
            for (place, standing) in standings.iter().enumerate() {
                prop_assert_eq!(standing.dominated_by.is_none(), standing.rank == 0);
                if let Some(other) = standing.dominated_by {
                    prop_assert!(dominates(&points[other], &points[place]) && ranks[other] + 1 == standing.rank);
                }
            }
            let exactly: Vec<Vec<Range>> = options.iter()
                .map(|option| option.iter().map(|value| Range { low: *value, high: *value }).collect()).collect();
            let robust = robustly_dominated_by(&goals, &exactly).expect("sound ranges");
            let fronts: Vec<bool> = standings.iter().map(|standing| standing.rank == 0).collect();
            prop_assert_eq!(robust.iter().map(Option::is_none).collect::<Vec<bool>>(), fronts);
        }
    }
}
