//! Recorded failures, time-outs and clocks: what a change of rules makes of failures that were recorded, whose answer belongs to which try, and what is not what it seems.

use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::{CallPolicy, Criticality, Forecast, Policies, Recording, TrafficChange, forecast};

use crate::replay::{call, endpoint, medians, predict, spans, workers};

/// Each 100 ms a purchase asks the bank for 10 ms, then the mail for 5: of each four, the bank fails one, which fails the purchase at once.
fn quarter() -> String {
    let one = |at: usize| {
        let begin = at * 100;
        let (asks, answers, mails, mailed, ends) = (begin + 5, begin + 15, begin + 20, begin + 25, begin + 30);
        match at % 4 {
            0 => format!(
                "{begin}..{answers} serves shop.buy failed\n  {asks}..{answers} asks bank.pay failed\n    {asks}..{answers} serves bank.pay failed\n"
            ),
            _ => format!(
                "{begin}..{ends} serves shop.buy\n  {asks}..{answers} asks bank.pay\n    {asks}..{answers} serves bank.pay\n  {mails}..{mailed} asks mail.send\n    {mails}..{mailed} serves mail.send\n"
            ),
        }
    };
    (0..80).map(one).collect()
}

fn ruled(text: &str, policy: CallPolicy) -> Forecast {
    let (caller, callee) = ("shop".to_owned(), "bank".to_owned());
    predict(text, &Policies::default(), TrafficChange::SetCallPolicy { caller, callee, policy })
}

/// Errors and degraded answers, before and after, in hundredths.
fn rates(forecast: &Forecast) -> [f64; 4] {
    let buy = endpoint(forecast, "buy");
    let (errors, degraded) = (buy.error_rate, buy.degraded_rate);
    [errors.before, errors.after, degraded.before, degraded.after].map(|rate| (rate * 100.0).round())
}

#[test]
fn who_failed_with_a_call_goes_on_once_that_succeeds_or_is_not_required() {
    let text = quarter();
    let tries = ruled(&text, CallPolicy { retries: Some(8), ..CallPolicy::default() });
    let [before, after, _, degraded] = rates(&tries);
    assert_eq!((before, degraded), (25.0, 0.0));
    assert!(after <= 2.0, "one of four tries fails, and nine are made: {after}");
    // Whoever goes on sends its mail, as those did whose call succeeded.
    let mail = tries.loads.iter().find(|load| load.service == "mail").unwrap().requests_a_second;
    assert!((mail[1] / mail[0] - 4.0 / 3.0).abs() < 0.03, "{mail:?}");
    let does_without = ruled(&text, CallPolicy { criticality: Some(Criticality::Optional), ..CallPolicy::default() });
    assert_eq!(rates(&does_without), [25.0, 0.0, 0.0, 25.0]);
    let (caller, callee) = ("shop".to_owned(), "bank".to_owned());
    let cached =
        TrafficChange::AddCache { caller: caller.clone(), callee: callee.clone(), hit_ratio: 1.0, hit_ms: 1.0 };
    assert_eq!(rates(&predict(&text, &Policies::default(), cached)), [25.0, 0.0, 0.0, 0.0]);
    let handed_over = TrafficChange::Acknowledge { caller, callee, ms: 1.0 };
    assert_eq!(rates(&predict(&text, &Policies::default(), handed_over)), [25.0, 0.0, 0.0, 0.0]);
    // What is declared and no change cures nothing: it was recorded otherwise.
    let declared = CallPolicy { retries: Some(8), criticality: Some(Criticality::Required), ..CallPolicy::default() };
    let policies = Policies { calls: [call("shop.buy", "bank.pay", declared)].into(), ..Policies::default() };
    let elsewhere = TrafficChange::AddLatency { service: "mail".to_owned(), operation: "send".to_owned(), ms: 1.0 };
    assert_eq!(rates(&predict(&text, &policies, elsewhere)), [25.0, 25.0, 0.0, 0.0]);
}

#[test]
fn what_is_under_way_beside_a_cured_call_goes_on_and_is_waited_for() {
    let one = |at: usize| {
        let t = at * 100;
        let [a, b, c, d] = [5, 15, 45, 50].map(|later| t + later);
        match at % 4 {
            0 => format!(
                "{t}..{b} serves shop.buy failed\n  {a}..{c} asks mail.send\n    {a}..{c} serves mail.send\n  {a}..{b} asks bank.pay failed\n    {a}..{b} serves bank.pay failed\n"
            ),
            _ => format!(
                "{t}..{d} serves shop.buy\n  {a}..{c} asks mail.send\n    {a}..{c} serves mail.send\n  {a}..{b} asks bank.pay\n    {a}..{b} serves bank.pay\n"
            ),
        }
    };
    let text: String = (0..80).map(one).collect();
    let does_without = ruled(&text, CallPolicy { criticality: Some(Criticality::Optional), ..CallPolicy::default() });
    assert_eq!(rates(&does_without), [25.0, 0.0, 0.0, 25.0]);
    let p95 = endpoint(&does_without, "buy").p95_ms.unwrap();
    assert_eq!((medians(&does_without, "buy"), p95.after), ((50.0, 50.0), 50.0), "the mail is waited for");
    let mail = does_without.loads.iter().find(|load| load.service == "mail").unwrap().requests_a_second;
    assert_eq!(mail[0], mail[1], "and asked once");
}

/// Each 100 ms a purchase whose first try at the bank fails after 10 ms and whose second one, 20 ms later, succeeds.
fn tried_twice() -> String {
    let one = |at: usize| {
        let t = at * 100;
        let [a, b, c, d, e] = [5, 15, 35, 45, 50].map(|later| t + later);
        format!(
            "{t}..{e} serves shop.buy\n  {a}..{b} asks bank.pay failed\n    {a}..{b} serves bank.pay failed\n  {c}..{d} asks bank.pay again\n    {c}..{d} serves bank.pay\n"
        )
    };
    (0..40).map(one).collect()
}

#[test]
fn fewer_tries_and_a_shorter_pause_hold_whatever_was_recorded() {
    assert_eq!(rates(&ruled(&tried_twice(), CallPolicy { retries: Some(0), ..CallPolicy::default() }))[1], 100.0);
    let sooner = ruled(&tried_twice(), CallPolicy { backoff_ms: Some(5.0), ..CallPolicy::default() });
    assert_eq!(medians(&sooner, "buy"), (50.0, 35.0));
}

/// Each 200 ms a purchase asks the bank, which works for 40 ms; of each four, the bank works for 90, and its caller gives up after 60.
fn given_up(count: usize) -> String {
    let one = |at: usize| {
        let begin = at * 200;
        let [asks, answers, gives_up, late, ends] = [5, 45, 65, 95, 50].map(|later| begin + later);
        match at % 4 {
            0 => format!(
                "{begin}..{gives_up} serves shop.buy failed\n  {asks}..{gives_up} asks bank.pay failed\n    {asks}..{late} serves bank.pay\n"
            ),
            _ => format!(
                "{begin}..{ends} serves shop.buy\n  {asks}..{answers} asks bank.pay\n    {asks}..{answers} serves bank.pay\n"
            ),
        }
    };
    (0..count).map(one).collect()
}

#[test]
fn a_longer_time_out_waits_for_answers_that_came_too_late() {
    let patient = ruled(&given_up(40), CallPolicy { timeout_ms: Some(100.0), ..CallPolicy::default() });
    assert_eq!(rates(&patient), [25.0, 0.0, 0.0, 0.0]);
    let quick = ruled(&given_up(40), CallPolicy { timeout_ms: Some(30.0), ..CallPolicy::default() });
    assert_eq!(rates(&quick)[1], 100.0);
}

#[test]
fn a_time_out_that_was_seen_holds_for_others_and_is_told() {
    let slower = |count| {
        let (service, operation) = ("bank".to_owned(), "pay".to_owned());
        predict(&given_up(count), &Policies::default(), TrafficChange::AddLatency { service, operation, ms: 30.0 })
    };
    let told = slower(40);
    assert_eq!(rates(&told), [25.0, 100.0, 0.0, 0.0], "40 and 30 ms are more than 60");
    let taken = "shop.buy gives up on bank.pay after 60.0 ms: it was seen to, and nobody declares it";
    assert!(told.assumptions.iter().any(|told| told == taken), "{:?}", told.assumptions);
    // A single one may have had another reason.
    assert_eq!(rates(&slower(4))[1], 25.0);
}

#[test]
fn the_late_answer_to_a_try_that_was_given_up_is_no_answer_to_the_next() {
    let one = |at: usize| {
        let t = at * 300;
        format!(
            "{t}..{} serves shop.buy\n  {}..{} asks bank.pay\n    {}..{} serves bank.pay\n",
            t + 50,
            t + 5,
            t + 45,
            t + 5,
            t + 45
        )
    };
    let text: String = (0..40).map(one).collect();
    let (timeout_ms, retries, backoff_ms) = (Some(25.0), Some(1), Some(5.0));
    let hasty = ruled(&text, CallPolicy { timeout_ms, retries, backoff_ms, ..CallPolicy::default() });
    assert_eq!(rates(&hasty)[1], 100.0, "each try takes 40 ms");
    let bank = hasty.loads.iter().find(|load| load.service == "bank").unwrap().requests_a_second;
    assert!((bank[1] / bank[0] - 2.0).abs() < 0.05, "both tries are worked for: {bank:?}");
}

#[test]
fn a_clock_that_differs_moves_what_is_called_by_it_as_well() {
    let one = |at: usize, off: f64| {
        let t = at as f64 * 100.0;
        let line = |from: f64, to: f64| format!("{}..{}", t + from, t + to);
        format!(
            "{} serves shop.buy\n  {} asks bank.pay\n    {} serves bank.pay\n      {} asks book.note\n        {} serves book.note\n",
            line(0.0, 50.0),
            line(5.0, 45.0),
            line(10.0 + off, 40.0 + off),
            line(15.0 + off, 35.0 + off),
            line(18.0, 32.0)
        )
    };
    for off in [0.0, 50.0, -50.0, 3.0] {
        let text: String = (1..40).map(|at| one(at, off)).collect();
        let (service, operation) = ("book".to_owned(), "note".to_owned());
        let change = TrafficChange::AddLatency { service, operation, ms: 10.0 };
        assert_eq!(medians(&predict(&text, &Policies::default(), change), "buy"), (50.0, 60.0), "{off}");
    }
}

/// One lookup in the cache from `now` on, and the call of the store where it found nothing.
fn looked_up(now: &mut usize, is_hit: bool) -> String {
    let (found, asked) = (*now + 2, *now + 22);
    let (lookup, result) = (*now, if is_hit { "hit" } else { "miss" });
    *now = if is_hit { found } else { asked };
    let told = format!("  {lookup}..{found} asks memory.get {result}\n");
    if is_hit {
        return told;
    }
    told + &format!("  {found}..{asked} asks store.get\n    {found}..{asked} serves store.get\n")
}

#[test]
fn who_looks_several_times_into_a_cache_that_is_gone_misses_each_time() {
    let one = |at: usize| {
        let t = at * 200;
        let mut text = String::new();
        let mut now = t + 1;
        for lookup in 0..2 {
            let is_hit = (at >> lookup) & 1 == 1;
            text += &looked_up(&mut now, is_hit);
        }
        format!("{t}..{} serves shop.list\n{text}", now + 1)
    };
    let text: String = (0..80).map(one).collect();
    let (service, cache) = ("shop".to_owned(), "memory".to_owned());
    let without = predict(&text, &Policies::default(), TrafficChange::RemoveCache { service, cache });
    let p50 = endpoint(&without, "list").p50_ms.unwrap();
    assert_eq!(p50.after, 42.0, "both lookups go to the store");
}

#[test]
fn who_did_something_else_after_a_failed_call_does_so_once_that_is_gone() {
    let one = |at: usize| {
        let t = at * 100;
        let [a, b, c, d, e] = [2, 12, 14, 44, 46].map(|later| t + later);
        match at % 4 {
            0 => format!(
                "{t}..{e} serves shop.list\n  {a}..{b} asks near.get failed\n    {a}..{b} serves near.get failed\n  {c}..{d} asks far.get\n    {c}..{d} serves far.get\n"
            ),
            _ => format!("{t}..{c} serves shop.list\n  {a}..{b} asks near.get\n    {a}..{b} serves near.get\n"),
        }
    };
    let text: String = (0..80).map(one).collect();
    let gone = predict(&text, &Policies::default(), TrafficChange::KillService { service: "near".to_owned() });
    let (before, after) = medians(&gone, "list");
    assert!(before == 14.0 && after > 33.0, "the far one is asked instead: {before} {after}");
    let far = gone.loads.iter().find(|load| load.service == "far").unwrap().requests_a_second;
    assert!((far[1] / far[0] - 4.0).abs() < 0.1, "{far:?}");
}

#[test]
fn who_never_asked_what_is_gone_does_as_before() {
    let one = |at: usize| {
        let t = at * 100;
        let [a, b, c, d, e] = [2, 12, 14, 44, 46].map(|later| t + later);
        match at % 4 {
            0 => format!(
                "{t}..{e} serves shop.list\n  {a}..{b} asks near.get failed\n    {a}..{b} serves near.get failed\n  {c}..{d} asks far.get\n    {c}..{d} serves far.get\n"
            ),
            1 => format!("{t}..{c} serves shop.list\n  {a}..{b} asks near.get\n    {a}..{b} serves near.get\n"),
            2 => format!("{t}..{} serves shop.list\n", t + 4),
            _ => format!("{t}..{} serves shop.list failed\n", t + 4),
        }
    };
    let text: String = (0..80).map(one).collect();
    let gone = predict(&text, &Policies::default(), TrafficChange::KillService { service: "near".to_owned() });
    let list = endpoint(&gone, "list");
    assert_eq!((list.error_rate.before, list.error_rate.after), (0.25, 0.25));
    assert!((list.degraded_rate.after - 0.5).abs() < 0.01, "{:?}", list.degraded_rate);
    let far = gone.loads.iter().find(|load| load.service == "far").unwrap().requests_a_second;
    assert!((far[1] / far[0] - 2.0).abs() < 0.05, "{far:?}");
}

#[test]
fn who_looks_for_much_in_a_cache_does_what_others_did_who_looked_for_as_much() {
    // Nobody finds all of it in the cache, and who looks for one thing does so quickly.
    let one = |at: usize| {
        let t = at * 200;
        let lookups = if at.is_multiple_of(2) { 1 } else { 3 };
        let (mut text, mut now) = (String::new(), t + 1);
        for lookup in 0..lookups {
            let is_hit = at % 8 >= 4 && lookup > 0;
            text += &looked_up(&mut now, is_hit);
        }
        format!("{t}..{} serves shop.list\n{text}", now + 1)
    };
    let text: String = (0..80).map(one).collect();
    let (service, cache) = ("shop".to_owned(), "memory".to_owned());
    let without = predict(&text, &Policies::default(), TrafficChange::RemoveCache { service, cache });
    let p95 = endpoint(&without, "list").p95_ms.unwrap();
    assert_eq!((medians(&without, "list").1, p95.after), (42.0, 62.0), "half look once, and half three times");
}

#[test]
fn what_most_do_not_wait_for_is_told_by_those_that_end_before_it() {
    let one = |at: usize| {
        let t = at * 100;
        // Of each five, the note outlives the request once.
        let noted = t + if at.is_multiple_of(5) { 40 } else { 15 };
        format!(
            "{t}..{} serves shop.buy\n  {}..{noted} asks book.note\n    {}..{noted} serves book.note\n",
            t + 30,
            t + 5,
            t + 5
        )
    };
    let text: String = (0..60).map(one).collect();
    let (service, operation) = ("book".to_owned(), "note".to_owned());
    let change = TrafficChange::AddLatency { service, operation, ms: 100.0 };
    assert_eq!(medians(&predict(&text, &Policies::default(), change), "buy"), (30.0, 30.0));
}

#[test]
fn a_call_that_comes_fails_as_often_as_such_calls_do() {
    let extra = quarter()
        + "9000..9010 serves desk.look\n9200..9210 serves desk.look\n9400..9410 serves desk.look\n9600..9610 serves desk.look\n";
    let change = TrafficChange::AddCalls {
        caller: "mail".to_owned(),
        callee: "bank".to_owned(),
        operation: "pay".to_owned(),
        calls: 1.0,
        is_beside: false,
        timeout_ms: None,
        is_optional: false,
        takes_ms: None,
    };
    let told = predict(&extra, &Policies::default(), change);
    let errors = endpoint(&told, "buy").error_rate;
    assert!(errors.before == 0.25 && (errors.after - 0.4375).abs() < 0.08, "a quarter of the rest: {errors:?}");
}

/// One worker that serves 15 ms each, asked by three every 60 ms.
fn at_one_worker() -> String {
    let mut free = 0_u64;
    let mut text = String::new();
    for at in 0..400_u64 {
        let come = at / 3 * 60 + at % 3 * 2;
        let begins = free.max(come + 1);
        free = begins + 15;
        text += &format!(
            "{come}..{} serves shop.buy\n  {come}..{free} asks bank.pay\n    {begins}..{free} serves bank.pay\n",
            free + 1
        );
    }
    text
}

#[test]
fn a_single_worker_is_seen_too() {
    let policies = Policies::default();
    let recording = Recording::of(&spans(&at_one_worker()), &policies);
    let change = [TrafficChange::ScaleLoad { factor: 1.2, endpoint: None }];
    let told = forecast(&recording, &policies, &change, 1, &Context::new(Timestamp::MIN)).unwrap();
    let bank = told.loads.iter().find(|load| load.service == "bank").unwrap();
    assert_eq!((bank.workers, bank.is_learnt), (Some(1), true));
    let [before, after] = bank.utilisation.unwrap();
    assert!((before - 0.75).abs() < 0.01 && (after - 0.9).abs() < 0.01, "{before} {after}");
    let (before, after) = medians(&told, "buy");
    assert!(before == 30.0 && after > 30.0, "who waits for one worker waits longer: {before} {after}");
}

#[test]
fn waiting_goes_away_with_more_workers_however_usual_it_was() {
    let policies = Policies { services: [workers("bank", 1)].into(), ..Policies::default() };
    let change = TrafficChange::ScaleWorkers { service: "bank".to_owned(), factor: 4.0 };
    let (before, after) = medians(&predict(&at_one_worker(), &policies, change), "buy");
    assert_eq!((before, after), (30.0, 17.0), "1 there, 15 of work and 1 at the end");
}

/// A page of seven parts that are fetched so many at a time, each for some 5 to 24 ms and longer by so much, each second; a part begins .2 ms after another one is done.
fn fetched(at_a_time: usize, more: f64) -> String {
    let one = |at: usize| {
        let begin = (at * 1_000) as f64;
        let mut free = vec![begin + 2.0; at_a_time];
        let mut parts: Vec<(f64, f64)> = Vec::new();
        for part in 0..7 {
            let next = (0..at_a_time).min_by(|a, b| free[*a].total_cmp(&free[*b])).unwrap();
            let start = free[next] + if part < at_a_time { 0.0 } else { 0.2 };
            let end = start + 5.0 + ((at * 31 + part * 17) * (at + part * 7 + 3) % 20) as f64 + more;
            free[next] = end;
            parts.push((start, end));
        }
        parts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let last = parts.iter().map(|part| part.1).fold(0.0, f64::max);
        let parts = parts.iter().map(|(start, end)| {
            format!("  {start:.3}..{end:.3} asks store.get\n    {start:.3}..{end:.3} serves store.get\n")
        });
        format!("{begin}..{:.3} serves shop.page\n{}", last + 1.0, parts.collect::<String>())
    };
    (0..60).map(one).collect()
}

#[test]
fn calls_that_are_made_so_many_at_a_time_wait_until_one_is_done() {
    let median_of = |text: &str| {
        let none = TrafficChange::AddLatency { service: "store".to_owned(), operation: "get".to_owned(), ms: 0.0 };
        medians(&predict(text, &Policies::default(), none), "page").0
    };
    for at_a_time in [1, 2, 3, 4] {
        for ms in [10.0, 40.0] {
            let change = TrafficChange::AddLatency { service: "store".to_owned(), operation: "get".to_owned(), ms };
            let told = predict(&fetched(at_a_time, 0.0), &Policies::default(), change);
            let (before, after) = medians(&told, "page");
            let truth = median_of(&fetched(at_a_time, ms));
            assert_eq!(before, median_of(&fetched(at_a_time, 0.0)));
            // Which of the parts meet each other changes a little.
            assert!((after / truth - 1.0).abs() < 0.05, "{at_a_time} at a time, {ms} ms more: {after}, not {truth}");
            let taken = format!(
                "shop.page makes {at_a_time} calls at a time: others were seen to wait until one of them was done"
            );
            assert_eq!(told.assumptions.contains(&taken), at_a_time > 1, "{:?}", told.assumptions);
        }
    }
    // All at once, nobody waits for anybody.
    let change = TrafficChange::AddLatency { service: "store".to_owned(), operation: "get".to_owned(), ms: 40.0 };
    let told = predict(&fetched(7, 0.0), &Policies::default(), change);
    let (before, after) = medians(&told, "page");
    assert_eq!((after - before, told.assumptions.iter().any(|taken| taken.contains("calls at a time"))), (40.0, false));
}
