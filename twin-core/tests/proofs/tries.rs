//! Which call is which: those that are made again because they failed and those that are made anyway, which of several to one callee waits for which, and how long it takes to be refused.

use twin_core::simulate::replay::{CallPolicy, Criticality, EndpointForecast, Forecast, Policies, TrafficChange};

use crate::coming::chance;
use crate::replay::{call, endpoint, medians, predict, workers};

fn optional() -> CallPolicy {
    CallPolicy { criticality: Some(Criticality::Optional), ..CallPolicy::default() }
}

fn kill(service: &str) -> TrafficChange {
    TrafficChange::KillService { service: service.to_owned() }
}

fn slower(service: &str, operation: &str, ms: f64) -> TrafficChange {
    TrafficChange::AddLatency { service: service.to_owned(), operation: operation.to_owned(), ms }
}

fn of(forecast: &Forecast) -> &EndpointForecast {
    endpoint(forecast, "list")
}

/// A list that asks the stock twice at once, and once more when both are done; before, in half of all cases, it asks it alone.
fn three_times() -> String {
    let one = |number: u64| {
        let at = number as f64 * 200.0;
        let took = |place: u64| 4.0 + 8.0 * chance(number * 4 + place);
        let mut calls = Vec::new();
        let mut now = at + 2.0;
        if number.is_multiple_of(2) {
            calls.push((now, now + took(0)));
            now += took(0);
        }
        calls.extend([(now, now + took(1)), (now, now + took(2))]);
        now += took(1).max(took(2));
        calls.push((now, now + took(3)));
        let end = now + took(3) + 2.0;
        let call = |(from, until): &(f64, f64)| {
            format!("  {from:.3}..{until:.3} asks stock.take\n    {from:.3}..{until:.3} serves stock.take\n")
        };
        format!("{at:.3}..{end:.3} serves shop.list\n{}", calls.iter().map(call).collect::<String>())
    };
    (0..120).map(one).collect()
}

#[test]
fn where_somebody_is_asked_several_times_it_counts_which_time_it_is() {
    let told = predict(&three_times(), &Policies::default(), slower("stock", "take", 5.0));
    let list = of(&told);
    // Twice one after the other, or three times.
    let spent =
        |after: bool| list.spent.iter().map(|part| if after { part.after_ms } else { part.before_ms }).sum::<f64>();
    let longer = spent(true) - spent(false);
    assert!((longer - 12.5).abs() < 0.01, "{longer}: {list:?}");
}

/// How a list asks for ads.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asks {
    /// Twice, whatever comes of it.
    Twice,
    /// Once more, if it failed.
    Again,
    /// Twice, each of them once more if it failed, and then it says so.
    TwiceAndSays,
}

/// A list that asks for ads, of which one of eight fails; and for which share of requests it does without.
fn ads(asks: Asks) -> (String, f64) {
    const REQUESTS: u64 = 400;
    let (mut text, mut without) = (String::new(), 0);
    for number in 0..REQUESTS {
        let at = number as f64 * 100.0;
        let fails = |place: u64| chance(number * 4 + place) < 0.125;
        let made: Vec<(bool, bool)> = match asks {
            Asks::Twice => vec![(fails(0), false), (fails(1), false)],
            Asks::Again => [(fails(0), false), (fails(1), false)].into_iter().take(1 + usize::from(fails(0))).collect(),
            Asks::TwiceAndSays => {
                let tries = |place| {
                    [(fails(place), false), (fails(place + 1), true)].into_iter().take(1 + usize::from(fails(place)))
                };
                tries(0).chain(tries(2)).collect()
            }
        };
        without += u32::from(match asks {
            Asks::Twice => fails(0) || fails(1),
            Asks::Again => fails(0) && fails(1),
            Asks::TwiceAndSays => (fails(0) && fails(1)) || (fails(2) && fails(3)),
        });
        text += &format!("{at}..{} serves shop.list\n", at + 50.0);
        for (place, (is_failed, is_again)) in (0_u32..).zip(made) {
            let (from, until) = (at + 2.0 + 10.0 * f64::from(place), at + 12.0 + 10.0 * f64::from(place));
            let (failed, again) = (if is_failed { "failed" } else { "" }, if is_again { "again" } else { "" });
            text += &format!(
                "  {from}..{until} asks ads.show {failed} {again}\n    {from}..{until} serves ads.show {failed}\n"
            );
        }
    }
    (text, f64::from(without) / REQUESTS as f64)
}

#[test]
fn a_call_is_made_again_where_more_follow_those_that_failed_than_those_that_were_answered() {
    let policies = Policies { calls: [call("shop.list", "ads.show", optional())].into(), ..Policies::default() };
    for asks in [Asks::Twice, Asks::Again, Asks::TwiceAndSays] {
        let (text, without) = ads(asks);
        for policies in [&policies, &Policies::default()] {
            let told = predict(&text, policies, slower("shop", "list", 1.0));
            assert_eq!(of(&told).degraded_rate.before, without, "{asks:?}");
        }
    }
}

#[test]
fn nobody_waits_for_a_worker_to_be_refused() {
    let (mut free, mut text) = (0.0_f64, String::new());
    for number in 0..300_u64 {
        let at = number as f64 * 20.0;
        let long = 4.0 + 28.0 * chance(number);
        let begin = free.max(at + 1.2);
        free = begin + long;
        let failed = if number.is_multiple_of(20) { "failed" } else { "" };
        text += &format!(
            "{at:.3}..{:.3} serves shop.buy {failed}\n  {:.3}..{:.3} asks stock.take {failed}\n    {begin:.3}..{free:.3} serves stock.take {failed}\n",
            free + 2.0,
            at + 1.0,
            free + 0.2
        );
        text += &format!(
            "{at:.3}..{:.3} serves shop.list\n  {:.3}..{:.3} asks ads.show\n    {:.3}..{:.3} serves ads.show\n",
            at + 16.0,
            at + 2.0,
            at + 14.0,
            at + 2.2,
            at + 13.8
        );
    }
    let policies =
        Policies { services: [workers("stock", 1)].into(), calls: [call("shop.list", "ads.show", optional())].into() };
    let (before, after) = medians(&predict(&text, &policies, kill("ads")), "list");
    assert!((before - 16.0).abs() < 0.01 && (after - 4.4).abs() < 0.01, "{before} {after}");
}

#[test]
fn whoever_finds_nothing_fails_as_often_as_those_did_who_found_nothing() {
    let mut text = String::new();
    for number in 0..600_u64 {
        let at = number as f64 * 100.0;
        let is_hit = chance(number * 2) < 0.7;
        let failed = if !is_hit && chance(number * 2 + 1) < 0.25 { "failed" } else { "" };
        let found = if is_hit { "hit" } else { "miss" };
        let end = if is_hit { 6.0 } else { 16.0 };
        text += &format!("{at}..{} serves shop.list {failed}\n", at + end);
        text += &format!(
            "  {}..{} asks cache.get {found}\n    {}..{} serves cache.get\n",
            at + 2.0,
            at + 4.0,
            at + 2.0,
            at + 4.0
        );
        if !is_hit {
            text += &format!(
                "  {0}..{1} asks stock.take {failed}\n    {0}..{1} serves stock.take {failed}\n",
                at + 4.0,
                at + 14.0
            );
        }
    }
    let gone = TrafficChange::RemoveCache { service: "shop".to_owned(), cache: "cache".to_owned() };
    let told = predict(&text, &Policies::default(), gone);
    let rate = of(&told).error_rate;
    assert!(rate.before < 0.1 && (rate.after - 0.25).abs() < 0.05, "{rate:?}");
}

#[test]
fn a_call_is_not_made_more_often_than_is_declared_where_nobody_counts() {
    // A list asks for ads twice, each time once more if that failed, and says of no call which it is. What both first tries fail, the second ones do.
    let one = |number: u64| {
        let at = number * 100;
        let fails = |place: u64| chance(number * 4 + place) < 0.3;
        let tries = |place: u64| [fails(place)].into_iter().chain(fails(place).then(|| fails(place + 1)));
        let mut text = format!("{at}..{} serves shop.list\n", at + 60);
        for (place, is_failed) in (0_u64..).zip(tries(0).chain(tries(2))) {
            let (from, until) = (at + 2 + 12 * place, at + 12 + 12 * place);
            let failed = if is_failed { "failed" } else { "" };
            text +=
                &format!("  {from}..{until} asks ads.show {failed}\n    {from}..{until} serves ads.show {failed}\n");
        }
        (text, (fails(0) && fails(1)) || (fails(2) && fails(3)))
    };
    let all: Vec<(String, bool)> = (0..400).map(one).collect();
    let text: String = all.iter().map(|(text, _)| text.as_str()).collect();
    let without = all.iter().filter(|(_, without)| *without).count() as f64 / 400.0;
    let policy = CallPolicy { retries: Some(1), ..optional() };
    let policies = Policies { calls: [call("shop.list", "ads.show", policy)].into(), ..Policies::default() };
    let told = predict(&text, &policies, slower("shop", "list", 1.0));
    assert_eq!(of(&told).degraded_rate.before, without);
}
