//! Retries along a chain of calls: how often a request succeeds, and how many calls each hop receives for it.

use serde::{Deserialize, Serialize};

use crate::base::{Result, shortened};
use crate::simulate::check::{invalid, probability};

/// One hop of a chain. It fails by itself before it calls; otherwise it calls the next hop until one attempt succeeds. Attempts are independent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Hop {
    /// Its name.
    pub id: String,
    /// The probability that one run of it fails by itself.
    pub fail: f64,
    /// How often it calls the next hop at most: 1 is no retry. The last hop calls nobody.
    pub max_attempts: u32,
}

/// What a chain does to a request.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RetryLoad {
    /// The probability that a request succeeds.
    pub success_probability: f64,
    /// The probability that it does not, to the same relative accuracy.
    pub failure_probability: f64,
    /// What each hop receives, in the order of the chain.
    pub hops: Vec<HopLoad>,
}

/// What one hop receives.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct HopLoad {
    /// Its name.
    pub id: String,
    /// The probability that one run of it succeeds, whatever it calls included.
    pub success_probability: f64,
    /// How often it runs for one request, on average.
    pub invocations_per_request: f64,
    /// How many times more that is than if nobody tried twice. 1 if nothing arrives either way.
    pub load_multiplier: f64,
}

/// Computes success and load of a chain, exactly: success backwards from the last hop, load forwards from the first. An empty chain always succeeds. O(hops).
///
/// # Errors
/// `Invalid` for a probability outside of 0 to 1, or a hop before the last that never attempts anything.
pub fn retries(chain: &[Hop]) -> Result<RetryLoad> {
    let runs = runs(chain)?;
    let mut hops = Vec::with_capacity(chain.len());
    let (mut invocations, mut single) = (1.0_f64, 1.0_f64);
    for (hop, run) in chain.iter().zip(&runs) {
        hops.push(HopLoad {
            id: hop.id.clone(),
            success_probability: run.success,
            invocations_per_request: invocations,
            load_multiplier: if single > 0.0 { (invocations / single).min(f64::MAX) } else { 1.0 },
        });
        // The product of many retries may leave the range of numbers: it stays the largest one.
        invocations = (invocations * run.calls).min(f64::MAX);
        single *= 1.0 - hop.fail;
    }
    let first = runs.first();
    Ok(RetryLoad {
        success_probability: first.map_or(1.0, |run| run.success),
        failure_probability: first.map_or(0.0, |run| run.failure),
        hops,
    })
}

/// One run of a hop. Success and failure are both carried, so that neither is a difference of nearly equal numbers.
#[derive(Clone, Copy)]
struct Run {
    success: f64,
    failure: f64,
    /// Calls to the next hop, on average.
    calls: f64,
}

fn runs(chain: &[Hop]) -> Result<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::with_capacity(chain.len());
    for hop in chain.iter().rev() {
        probability(hop.fail, format_args!("fail of hop \"{}\"", shortened(&hop.id)))?;
        let run = match runs.last() {
            None => Run { success: 1.0 - hop.fail, failure: hop.fail, calls: 0.0 },
            Some(next) => before(hop, *next)?,
        };
        runs.push(run);
    }
    runs.reverse();
    Ok(runs)
}

/// A run of a hop, from a run of the next. Attempts end with the first success: their number is a truncated geometric one.
fn before(hop: &Hop, next: Run) -> Result<Run> {
    if hop.max_attempts == 0 {
        let name = shortened(&hop.id);
        return Err(invalid(format!("max_attempts of hop \"{name}\" is 0: one attempt is the least")));
    }
    let attempts = f64::from(hop.max_attempts);
    let passes = 1.0 - hop.fail;
    let all_fail = next.failure.powf(attempts);
    let one_succeeds = -(attempts * (-next.success).ln_1p()).exp_m1();
    let tries = if next.success > 0.0 { one_succeeds / next.success } else { attempts };
    Ok(Run { success: passes * one_succeeds, failure: hop.fail + passes * all_fail, calls: passes * tries })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chain(hops: &[(f64, u32)]) -> Vec<Hop> {
        let named = hops.iter().enumerate();
        named.map(|(place, (fail, most))| Hop { id: format!("h{place}"), fail: *fail, max_attempts: *most }).collect()
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-12 + 1e-9 * expected.abs()
    }

    /// Hops, success, invocations.
    type Case<'a> = (&'a [(f64, u32)], f64, &'a [f64]);

    #[test]
    fn chains_that_can_be_computed_by_hand() {
        let cases: [Case<'_>; 6] = [
            (&[], 1.0, &[]),
            (&[(0.25, 9)], 0.75, &[1.0]),
            (&[(0.0, 2), (0.5, 1)], 0.75, &[1.0, 1.5]),
            (&[(0.5, 3), (1.0, 1)], 0.0, &[1.0, 1.5]),
            (&[(1.0, 3), (0.0, 1)], 0.0, &[1.0, 0.0]),
            (&[(0.0, 3), (0.0, 3), (1.0, 1)], 0.0, &[1.0, 3.0, 9.0]),
        ];
        for (hops, success, loads) in cases {
            let answer = retries(&chain(hops)).expect("a sound chain");
            assert!(near(answer.success_probability, success), "{hops:?}: {answer:?}");
            let found: Vec<f64> = answer.hops.iter().map(|hop| hop.invocations_per_request).collect();
            assert!(found.len() == loads.len() && found.iter().zip(loads).all(|(a, b)| near(*a, *b)), "{answer:?}");
        }
    }

    #[test]
    fn load_is_compared_with_single_attempts() {
        let answer = retries(&chain(&[(0.5, 4), (0.0, 2), (1.0, 1)])).expect("a sound chain");
        assert!(near(answer.hops[2].load_multiplier, 8.0), "{answer:?}");
        let nothing = retries(&chain(&[(1.0, 4), (0.0, 2)])).expect("a sound chain");
        assert_eq!(nothing.hops[1].load_multiplier, 1.0);
    }

    #[test]
    fn rare_failures_and_endless_retries_stay_exact() {
        let rare = retries(&chain(&[(0.0, 3), (1e-5, 1)])).expect("a sound chain");
        assert!((rare.failure_probability / 1e-15 - 1.0).abs() < 1e-9, "{rare:?}");
        let hopeless = retries(&chain(&[(0.0, 1_000_000), (1.0 - 1e-12, 1)])).expect("a sound chain");
        assert!((hopeless.hops[1].invocations_per_request / 1e6 - 1.0).abs() < 1e-5, "{hopeless:?}");
        let endless = retries(&chain(&[(0.0, u32::MAX), (1.0, 1)].repeat(500))).expect("a sound chain");
        assert!(endless.hops.iter().all(|hop| hop.invocations_per_request.is_finite()));
        let storm = retries(&chain(&vec![(0.0, u32::MAX); 500].into_iter().chain([(1.0, 1)]).collect::<Vec<_>>()));
        assert_eq!(storm.expect("a sound chain").hops[500].invocations_per_request, f64::MAX);
    }

    #[test]
    fn misuse_names_the_field_and_the_hop() {
        for (hops, told) in [
            (chain(&[(1.5, 1)]), "fail of hop \"h0\" is 1.5"),
            (chain(&[(f64::NAN, 1)]), "fail of hop \"h0\" is NaN"),
            (chain(&[(0.1, 1), (-0.1, 1)]), "fail of hop \"h1\""),
            (chain(&[(0.1, 0), (0.1, 1)]), "max_attempts of hop \"h0\""),
        ] {
            let error = retries(&hops).expect_err("misuse").to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    /// Every way a run can go, with its probability, successes, and calls of each hop beneath.
    fn naive(chain: &[Hop], place: usize) -> (f64, Vec<f64>) {
        let mut loads = vec![0.0; chain.len()];
        loads[place] = 1.0;
        let passes = 1.0 - chain[place].fail;
        if place + 1 == chain.len() {
            return (passes, loads);
        }
        let (success, beneath) = naive(chain, place + 1);
        let mut still_failing = passes;
        for _ in 0..chain[place].max_attempts {
            loads.iter_mut().zip(&beneath).for_each(|(load, more)| *load += still_failing * more);
            still_failing *= 1.0 - success;
        }
        (passes - still_failing, loads)
    }

    proptest! {
        #[test]
        fn closed_forms_are_the_sum_over_attempts(hops in prop::collection::vec((0.0..=1.0_f64, 1..6_u32), 1..7)) {
            let chain = chain(&hops);
            let (success, loads) = naive(&chain, 0);
            let answer = retries(&chain).expect("a sound chain");
            prop_assert!(near(answer.success_probability, success));
            prop_assert!(near(answer.success_probability + answer.failure_probability, 1.0));
            for (hop, load) in answer.hops.iter().zip(loads) {
                prop_assert!(near(hop.invocations_per_request, load));
            }
        }

        #[test]
        fn one_more_attempt_never_lowers_success(hops in prop::collection::vec((0.0..=1.0_f64, 1..6_u32), 2..7)) {
            let fewer = chain(&hops);
            let mut more = fewer.clone();
            more[0].max_attempts += 1;
            let success = |chain: &[Hop]| retries(chain).expect("a sound chain").success_probability;
            prop_assert!(success(&more) >= success(&fewer) - 1e-12);
        }
    }
}
