//! What goes on beside a call: whether others are waited for when one fails, what is waited for once a failure is cured, what follows a question to a cache that nobody says the outcome of, and who came first to a worker.

use twin_core::simulate::replay::{CallPolicy, Criticality, Policies, TrafficChange};

use crate::coming::chance;
use crate::replay::{call, endpoint, medians, predict, workers};

fn optional() -> CallPolicy {
    CallPolicy { criticality: Some(Criticality::Optional), ..CallPolicy::default() }
}

/// Which of the calls that a list makes at once it waits for when one of them fails.
#[derive(Clone, Copy, Debug)]
enum Waits {
    ForAll,
    ForNone,
    /// For the one that it made before.
    InOrder,
}

/// A page that can do without a list, which asks at once for ads (30 ms), stock (5 ms) and prices (40 ms). In one of eight cases the stock fails, and the list with it.
fn at_once(waits: Waits) -> String {
    let one = |number: u64| {
        let t = number * 100;
        let fails = number.is_multiple_of(8);
        let failed = if fails { "failed" } else { "" };
        let ends = match (fails, waits) {
            (true, Waits::ForNone) => 10,
            (true, Waits::InOrder) => 35,
            _ => 45,
        };
        // One after the other, though none waits for another.
        let asked = |(name, from, until): (&str, f64, u64)| {
            let failed = if name == "stock" { failed } else { "" };
            let (from, until) = (t as f64 + from, t + until);
            format!(
                "      {from}..{until} asks {name}.get {failed}\n        {from}..{until} serves {name}.get {failed}\n"
            )
        };
        let calls = [("ads", 5.0, 35), ("stock", 5.1, 10), ("price", 5.2, 45)].map(asked).concat();
        let (from, until, end) = (t + 5, t + ends, t + ends + 10);
        format!(
            "{t}..{end} serves page.show\n  {from}..{until} asks shop.list {failed}\n    {from}..{until} serves shop.list {failed}\n{calls}"
        )
    };
    (0..160).map(one).collect()
}

#[test]
fn whoever_was_seen_to_wait_for_the_others_when_one_fails_does_so() {
    let policies = Policies { calls: [call("page.show", "shop.list", optional())].into(), ..Policies::default() };
    // The stock is refused at once: what is left is what is waited for beside it, and 10 ms of the page's own.
    for (waits, page) in [(Waits::ForAll, 55.0), (Waits::ForNone, 15.1), (Waits::InOrder, 45.0)] {
        let gone = TrafficChange::KillService { service: "stock".to_owned() };
        let told = predict(&at_once(waits), &policies, gone);
        assert_eq!(medians(&told, "show"), (55.0, page), "{waits:?}");
        assert_eq!(endpoint(&told, "show").degraded_rate.after, 1.0, "{waits:?}");
    }
}

#[test]
fn without_a_change_who_failed_beside_others_takes_as_long_as_it_took() {
    let policies = Policies { calls: [call("page.show", "shop.list", optional())].into(), ..Policies::default() };
    let elsewhere = || TrafficChange::AddLatency { service: "page".to_owned(), operation: "show".to_owned(), ms: 1.0 };
    for (waits, failed) in [(Waits::ForAll, 45.0), (Waits::ForNone, 10.0), (Waits::InOrder, 35.0)] {
        let told = predict(&at_once(waits), &policies, elsewhere());
        let mean: f64 = endpoint(&told, "show").spent.iter().map(|part| part.before_ms).sum();
        let recorded = (7.0 * 45.0 + failed) / 8.0 + 10.0;
        assert!((mean - recorded).abs() < 1e-6, "{waits:?}: {mean}, not {recorded}");
    }
}

#[test]
fn what_follows_both_a_cured_call_and_one_under_way_beside_it_is_done() {
    // The bank fails one purchase of four at once; the others ask the mail when bank and stock are done.
    let one = |at: u64| {
        let t = at * 100;
        let [a, b, c, d, e] = [5, 15, 45, 50, 60].map(|later| t + later);
        let stock = format!("  {a}..{c} asks stock.take\n    {a}..{c} serves stock.take\n");
        match at % 4 {
            0 => format!(
                "{t}..{b} serves shop.buy failed\n{stock}  {a}..{b} asks bank.pay failed\n    {a}..{b} serves bank.pay failed\n"
            ),
            _ => format!(
                "{t}..{e} serves shop.buy\n{stock}  {a}..{b} asks bank.pay\n    {a}..{b} serves bank.pay\n  {c}..{d} asks mail.send\n    {c}..{d} serves mail.send\n"
            ),
        }
    };
    let text: String = (0..80).map(one).collect();
    let (caller, callee) = ("shop".to_owned(), "bank".to_owned());
    let told =
        predict(&text, &Policies::default(), TrafficChange::SetCallPolicy { caller, callee, policy: optional() });
    let buy = endpoint(&told, "buy");
    assert_eq!((buy.error_rate.before, buy.error_rate.after, buy.degraded_rate.after), (0.25, 0.0, 0.25));
    assert_eq!((medians(&told, "buy"), buy.p99_ms.unwrap().after), ((60.0, 60.0), 60.0));
    let mail = told.loads.iter().find(|load| load.service == "mail").unwrap().requests_a_second;
    assert!((mail[1] / mail[0] - 4.0 / 3.0).abs() < 0.03, "{mail:?}");
}

/// A list that looks for names in one cache and for prices in another, of which neither says what it had, and asks a store for what is missing; now and then it asks for ads between the two.
fn two_caches(number: u64) -> String {
    let t = number * 200;
    let happens = |what: u64, share: f64| chance(number * 4 + what) < share;
    let (mut now, mut calls) = (t + 3, String::new());
    let mut ask = |target: &str, takes: u64| {
        let until = now + takes;
        calls += &format!("  {now}..{until} asks {target}\n    {now}..{until} serves {target}\n");
        now = until + 1;
    };
    ask("names.get", 1);
    if !happens(0, 0.6) {
        ask("people.read", 20);
    }
    if happens(1, 0.3) {
        ask("ads.get", 5);
    }
    ask("prices.get", 1);
    if !happens(2, 0.6) {
        ask("shelf.read", 40);
    }
    format!("{t}..{} serves shop.list\n{calls}", now + 4)
}

#[test]
fn what_follows_a_question_to_a_cache_is_told_apart_from_what_follows_anyway() {
    let text: String = (0..400).map(two_caches).collect();
    for (cache, store, takes) in [("names", "people", 20.0), ("prices", "shelf", 40.0)] {
        let (service, cache) = ("shop".to_owned(), cache.to_owned());
        let told = predict(&text, &Policies::default(), TrafficChange::RemoveCache { service, cache });
        let load = |name: &str| told.loads.iter().find(|load| load.service == name).unwrap().requests_a_second;
        let asked = load(store);
        assert!((asked[1] - load("shop")[1]).abs() < 1e-9, "everybody asks the {store}: {asked:?}");
        assert_eq!(load("ads")[0], load("ads")[1], "and as many as before the ads");
        // The cache took 1 ms, and the store takes what it takes and 1 ms until what follows.
        let spent = &endpoint(&told, "list").spent;
        let mean =
            |after: bool| spent.iter().map(|part| if after { part.after_ms } else { part.before_ms }).sum::<f64>();
        let found = 1.0 - asked[0] / asked[1];
        let longer = mean(true) - mean(false);
        assert!((longer - (found * (takes + 1.0) - 1.0)).abs() < 0.05, "{store}: {longer} with {found} found");
    }
}

#[test]
fn whoever_begins_to_be_served_first_came_first_where_waiting_is_part_of_it() {
    // Two at once ask for the one worker of the stock, by ways of several milliseconds; the second one waits.
    let one = |number: u64| {
        let t = number as f64 * 100.0;
        let ways = [0, 1].map(|place| 0.5 + 6.0 * chance(number * 2 + place));
        let mut arrived: Vec<(f64, usize)> = vec![(t + 2.0 + ways[0], 0), (t + 2.0 + ways[1], 1)];
        arrived.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut free, mut calls) = (0.0_f64, String::new());
        for (came, _) in arrived {
            free = came.max(free) + 9.0;
            calls += &format!(
                "  {:.3}..{:.3} asks stock.take\n    {came:.3}..{free:.3} serves stock.take\n",
                t + 2.0,
                free + 0.5
            );
        }
        format!("{t:.3}..{:.3} serves shop.list\n{calls}", free + 3.0)
    };
    let text: String = (0..200).map(one).collect();
    let policies = Policies { services: [workers("stock", 1)].into(), ..Policies::default() };
    let nothing = TrafficChange::ScaleLoad { factor: 1.0, endpoint: None };
    let told = predict(&text, &policies, nothing);
    let mean: f64 = endpoint(&told, "list").spent.iter().map(|part| part.before_ms).sum();
    let lines = text.lines().filter(|line| line.contains("serves shop"));
    let took = |line: &str| {
        let (from, until) = line.split_whitespace().next().unwrap().split_once("..").unwrap();
        until.parse::<f64>().unwrap() - from.parse::<f64>().unwrap()
    };
    let recorded = lines.map(took).sum::<f64>() / 200.0;
    assert!((mean - recorded).abs() < 1e-3, "{mean}, not {recorded}");
}
