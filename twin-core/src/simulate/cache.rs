//! How often a cache has what is asked for, from how long it keeps it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Result;
use crate::simulate::check::invalid;

/// More keys than these are not summed up.
const MOST_KEYS: u64 = 10_000_000;

/// What a cache is asked for, and how long it keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CachedKeys {
    /// How many calls a second ask for one of the keys, all together.
    pub calls_a_second: f64,
    /// How long an answer is kept, in seconds, from when it was fetched.
    pub ttl_s: f64,
    /// How many keys there are.
    pub keys: u64,
    /// How unequally they are asked for: the k-th is asked for k^-skew times as often as the first. 0 is equally, 1 is Zipf's law. Default: 1.
    #[serde(default = "zipf")]
    pub skew: f64,
}

fn zipf() -> f64 {
    1.0
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct HitRatio {
    /// In how many parts of one the cache has what is asked for.
    pub hit_ratio: f64,
    /// How many calls a second go on behind it.
    pub misses_a_second: f64,
}

/// How often a cache has what is asked for that keeps each answer for a fixed time and is large enough for all: of a key that is asked for λ times a second at random, λT of 1 + λT
/// calls find the answer that the first one fetched. Jung, Berger and Balakrishnan (2003), "Modeling TTL-based Internet caches". O(keys).
///
/// # Errors
/// `Invalid` for numbers that are negative or not finite, no keys, more than ten million of them, or a skew above 10.
pub fn ttl_hit_ratio(asked: CachedKeys) -> Result<HitRatio> {
    let CachedKeys { calls_a_second, ttl_s, keys, skew } = asked;
    for (field, value, most) in [("calls_a_second", calls_a_second, 1e12), ("ttl_s", ttl_s, 1e10), ("skew", skew, 10.0)]
    {
        if !(0.0..=most).contains(&value) {
            return Err(invalid(format!("{field} is {value}: it takes a number from 0 to {most}")));
        }
    }
    if !(1..=MOST_KEYS).contains(&keys) {
        return Err(invalid(format!("keys is {keys}: it takes a number from 1 to {MOST_KEYS}")));
    }
    let weight = |key: u64| (key as f64).powf(-skew);
    let all: f64 = (1..=keys).map(weight).sum();
    let hits = |key: u64| {
        let share = weight(key) / all;
        let expected = share * calls_a_second * ttl_s;
        share * expected / (1.0 + expected)
    };
    let hit_ratio = (1..=keys).map(hits).sum::<f64>().clamp(0.0, 1.0);
    Ok(HitRatio { hit_ratio, misses_a_second: calls_a_second * (1.0 - hit_ratio) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash_of;

    fn asked(calls_a_second: f64, ttl_s: f64, keys: u64, skew: f64) -> CachedKeys {
        CachedKeys { calls_a_second, ttl_s, keys, skew }
    }

    #[test]
    fn one_key_is_fetched_once_for_as_many_calls_as_come_while_it_is_kept() {
        let told = ttl_hit_ratio(asked(10.0, 0.9, 1, 1.0)).unwrap();
        assert!((told.hit_ratio - 0.9).abs() < 1e-12 && (told.misses_a_second - 1.0).abs() < 1e-9, "{told:?}");
        // Equally asked for, ten keys are as one that is asked a tenth as often.
        let (ten, one) = (ttl_hit_ratio(asked(10.0, 0.9, 10, 0.0)), ttl_hit_ratio(asked(1.0, 0.9, 1, 0.0)));
        assert!((ten.unwrap().hit_ratio - one.unwrap().hit_ratio).abs() < 1e-12);
        assert_eq!(ttl_hit_ratio(asked(10.0, 0.0, 5, 1.0)).unwrap().hit_ratio, 0.0);
    }

    /// Against calls that are made up, key by key and one after the other.
    #[test]
    fn it_is_what_a_cache_does() {
        let (calls_a_second, ttl_s, keys, skew) = (50.0, 2.0, 30, 0.8);
        let weights: Vec<f64> = (1..=keys).map(|key| (key as f64).powf(-skew)).collect();
        let all: f64 = weights.iter().sum();
        let unit = |of: (u32, u8)| (hash_of(&of) >> 11) as f64 / (1_u64 << 53) as f64;
        let mut kept = vec![f64::MIN; keys as usize];
        let (mut at, mut hits) = (0.0, 0_u32);
        const CALLS: u32 = 200_000;
        for call in 0..CALLS {
            at -= (1.0 - unit((call, 0))).ln() / calls_a_second;
            let mut left = unit((call, 1)) * all;
            let key = weights
                .iter()
                .position(|weight| {
                    left -= weight;
                    left < 0.0
                })
                .unwrap_or(keys as usize - 1);
            match at < kept[key] {
                true => hits += 1,
                false => kept[key] = at + ttl_s,
            }
        }
        let told = ttl_hit_ratio(asked(calls_a_second, ttl_s, keys, skew)).unwrap().hit_ratio;
        let measured = f64::from(hits) / f64::from(CALLS);
        assert!((told - measured).abs() < 0.005, "{told} {measured}");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let cases = [
            (asked(-1.0, 1.0, 1, 1.0), "calls_a_second is -1"),
            (asked(1.0, f64::NAN, 1, 1.0), "ttl_s is NaN"),
            (asked(1.0, 1.0, 0, 1.0), "keys is 0"),
            (asked(1.0, 1.0, MOST_KEYS + 1, 1.0), "keys is 10000001"),
            (asked(1.0, 1.0, 1, 11.0), "skew is 11"),
        ];
        for (asked, told) in cases {
            let error = ttl_hit_ratio(asked).expect_err(told);
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
