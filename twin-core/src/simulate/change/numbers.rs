//! What numbers of a change make sense.

use super::{Autoscaler, Change};
use crate::base::{Error, ErrorKind, Money, Result, shortened};

/// More round trips, calls or times as much are a mistake.
const MOST: f64 = 1e6;
/// A year in milliseconds.
const YEAR_MS: f64 = 366.0 * 86_400_000.0;
/// A month of 30 days, in minutes.
const MONTH_MINUTES: f64 = 43_200.0;
/// More gigabytes a month than these are a mistake.
const MOST_GB: f64 = 1e12;
/// More requests a second than these are a mistake.
const MOST_A_SECOND: f64 = 1e12;
/// More copies than these are a mistake.
const MOST_COPIES: u32 = 100_000;

impl<E> Change<E> {
    /// Refuses numbers that make no sense, and names that are empty.
    ///
    /// # Errors
    /// `Invalid`, with the field and what it takes.
    pub(in crate::simulate) fn check_numbers(&self) -> Result<()> {
        let told = |error: Error| Error::new(ErrorKind::Invalid, format!("{}: {error}", self.name()));
        self.fields().map_err(told)
    }

    fn fields(&self) -> Result<()> {
        match self {
            Change::Fail { minutes, .. } => within("minutes", *minutes, 0.0, MONTH_MINUTES),
            Change::Add { name, own_ms, requests_a_second, workers, price, .. } => {
                named("name", name)?;
                within("own_ms", *own_ms, 0.0, YEAR_MS)?;
                within("requests_a_second", *requests_a_second, 0.0, MOST_A_SECOND)?;
                if *workers == Some(0) {
                    return Err(invalid("workers is 0: leave it out if it is not known".to_owned()));
                }
                copies("workers", *workers).and_then(|()| paid("price", price))
            }
            Change::Replace { by, ms, availability, price, price_a_million, exit_fee, dual_run_days, .. } => {
                named("by", by)?;
                within("ms", *ms, -YEAR_MS, YEAR_MS)?;
                within("availability", *availability, 0.0, 1.0)?;
                within("dual_run_days", Some(*dual_run_days), 0.0, 3_660.0)?;
                paid("price_a_million", price_a_million)?;
                paid("price", price).and_then(|()| paid("exit_fee", exit_fee))
            }
            Change::Move { .. } => self.fields_of_a_move(),
            Change::EvacuateRegion { region, rtt_ms, .. } => {
                named("region", region).and_then(|()| within("rtt_ms", *rtt_ms, 0.0, YEAR_MS))
            }
            Change::Scale { replicas, now, quorum, warm_up_s, .. } => {
                within("warm_up_s", *warm_up_s, 0.0, YEAR_MS)?;
                copies("replicas", Some(*replicas))?;
                copies("now", *now)?;
                match (1..=*replicas.max(&1)).contains(quorum) {
                    true => Ok(()),
                    false => Err(invalid(format!("quorum is {quorum}: it takes 1 to as many as there are replicas"))),
                }
            }
            Change::Resize { speed_up, price, .. } => {
                above("speed_up", speed_up.unwrap_or(1.0)).and_then(|()| paid("price", price))
            }
            Change::Split { into, calls_a_request, rtt_ms, .. } => {
                named("into", into)?;
                within("calls_a_request", *calls_a_request, 0.0, MOST)?;
                within("rtt_ms", Some(*rtt_ms), 0.0, YEAR_MS)
            }
            Change::Merge { others, .. } if others.is_empty() => {
                Err(invalid("others is empty: name what becomes a part".to_owned()))
            }
            Change::Merge { workers: Some(0), .. } => {
                Err(invalid("workers is 0: it takes a number from 1 on, or none if it is not known".to_owned()))
            }
            Change::AddDependency { calls_a_request, timeout_ms, data_classes, .. } => {
                within("calls_a_request", Some(*calls_a_request), 0.0, MOST)?;
                data_classes.iter().flatten().try_for_each(|class| named("data_classes", class))?;
                within("timeout_ms", *timeout_ms, 0.0, YEAR_MS)
            }
            _ => self.other_fields(),
        }
    }

    fn fields_of_a_move(&self) -> Result<()> {
        let Change::Move {
            entity: _,
            region,
            rtt_ms,
            round_trips,
            stores_follow: _,
            price_factor,
            egress,
            egress_gb,
            price_a_gb,
            cutover_minutes,
            one_off,
        } = self
        else {
            return Ok(());
        };
        named("region", region)?;
        within("rtt_ms", *rtt_ms, 0.0, YEAR_MS)?;
        within("round_trips", Some(*round_trips), 0.0, MOST)?;
        above("price_factor", price_factor.unwrap_or(1.0))?;
        within("egress_gb", *egress_gb, 0.0, MOST_GB)?;
        within("cutover_minutes", *cutover_minutes, 0.0, MONTH_MINUTES)?;
        [("egress", egress), ("price_a_gb", price_a_gb), ("one_off", one_off)]
            .into_iter()
            .try_for_each(|(field, price)| paid(field, price))
    }

    fn other_fields(&self) -> Result<()> {
        match self {
            Change::ToAsync { queue, ack_ms, drained_a_second, retention_s, .. } => {
                named("queue", queue)?;
                within("retention_s", *retention_s, 0.0, YEAR_MS)?;
                within("ack_ms", *ack_ms, 0.0, YEAR_MS)?;
                above("drained_a_second", drained_a_second.unwrap_or(1.0))
            }
            Change::AddCache { hit_ratio, hit_ms, ttl_s, skew, keys, .. } => {
                within("hit_ratio", *hit_ratio, 0.0, 1.0)?;
                within("ttl_s", *ttl_s, 0.0, YEAR_MS)?;
                within("skew", Some(*skew), 0.0, 10.0)?;
                within("keys", keys.map(|keys| keys as f64), 1.0, 1e7)?;
                within("hit_ms", Some(*hit_ms), 0.0, YEAR_MS)
            }
            Change::AddReplica { read_share, lag_ms, quorum, failover_s, failovers_a_month, .. } => {
                within("read_share", Some(*read_share), 0.0, 1.0)?;
                within("quorum", Some(f64::from(*quorum)), 1.0, 2.0)?;
                within("failover_s", *failover_s, 0.0, YEAR_MS)?;
                within("failovers_a_month", *failovers_a_month, 0.0, MOST)?;
                within("lag_ms", *lag_ms, 0.0, YEAR_MS)
            }
            Change::SetCallPolicy { retries, backoff_ms, timeout_ms, breaker, .. } => {
                breaker.map_or(Ok(()), |breaker| breaker.check("of the change"))?;
                within("retries", retries.map(f64::from), 0.0, 100.0)?;
                within("backoff_ms", *backoff_ms, 0.0, YEAR_MS)?;
                within("timeout_ms", *timeout_ms, 0.0, YEAR_MS)
            }
            Change::ScaleLoad { factor, autoscaler, .. } => {
                above("factor", *factor)?;
                let Some(Autoscaler { utilisation, most }) = autoscaler else { return Ok(()) };
                above("utilisation of the autoscaler", *utilisation)?;
                within("utilisation of the autoscaler", Some(*utilisation), 0.0, 1.0)?;
                within("most of the autoscaler", Some(*most), 1.0, MOST)
            }
            Change::Upgrade { version, drops, fixes, vulnerabilities, licence, .. } => {
                named("version", version)?;
                drops.iter().try_for_each(|operation| named("drops", operation))?;
                fixes.iter().try_for_each(|name| named("fixes", name))?;
                vulnerabilities.iter().try_for_each(|name| named("vulnerabilities", name))?;
                licence.iter().try_for_each(|licence| named("licence", licence))
            }
            Change::SetQuota { a_second, .. } => within("a_second", Some(*a_second), 0.0, MOST_A_SECOND),
            Change::Commit { price, .. } => paid("price", &Some(price.clone())),
            Change::AddLatency { operation, ms, .. } => {
                named("operation", operation).and_then(|()| within("ms", Some(*ms), 0.0, YEAR_MS))
            }
            Change::Encrypt { handshake_ms, reuse, price, .. } => {
                within("handshake_ms", *handshake_ms, 0.0, YEAR_MS)?;
                within("reuse", Some(*reuse), 0.0, 1.0)?;
                paid("price", price)
            }
            Change::Residency { regions, .. } if regions.is_empty() => {
                Err(invalid("regions is empty: name where it may be".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

fn within(field: &str, value: Option<f64>, least: f64, most: f64) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(invalid(format!("{field} is {value}: it takes a number from {least} to {most}")))
        }
        _ => Ok(()),
    }
}

/// Refuses what is not above 0, and what is beyond every measure.
fn above(field: &str, value: f64) -> Result<()> {
    match value > 0.0 && value <= MOST {
        true => Ok(()),
        false => Err(invalid(format!("{field} is {value}: it takes a number above 0, up to {MOST}"))),
    }
}

fn copies(field: &str, count: Option<u32>) -> Result<()> {
    match count {
        Some(count) if count > MOST_COPIES => Err(invalid(format!("{field} is {count}: it takes up to {MOST_COPIES}"))),
        _ => Ok(()),
    }
}

fn named(field: &str, name: &str) -> Result<()> {
    match name.trim().is_empty() || name.len() > 1_000 {
        true => Err(invalid(format!("{field} is \"{}\": it takes a name of up to 1,000 bytes", shortened(name)))),
        false => Ok(()),
    }
}

fn paid(field: &str, price: &Option<Money>) -> Result<()> {
    match price {
        Some(price) if price.amount.is_negative() => {
            Err(invalid(format!("{field} is {price}: it takes an amount that is not below 0")))
        }
        _ => Ok(()),
    }
}
