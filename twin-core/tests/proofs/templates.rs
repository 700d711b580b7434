//! What is learnt of requests, as templates: who asks whom in which turn and by what rules, by outcome, with work, waits and calls told apart.

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::answer::{Answer, Profile, Reply, Status};
use twin_core::base::{Cancel, Context, ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::observe::Perspective;
use twin_core::simulate::replay::{CallPolicy, Criticality, Policies, TemplateOutcome};
use twin_core::simulate::{CallTemplateRow, Change, Scenario, TemplateCall, TemplateSource, Traffic, call_templates};
use twin_core::{At, Twin};

use crate::counted;
use crate::replay::{call, spans, waiting, workers};
use crate::support::{apply, cases, time};

fn estate() -> Snapshot {
    let twin = Twin::in_memory();
    let service = |name: &str| format!("TelemetryService:{name} observed\n  known service_name:{name}\n");
    apply(&twin, &format!("source telemetry\nfile x\n{}", ["shop", "bank", "memory"].map(service).concat()));
    twin.snapshot(At::now(time("09:00")))
}

fn learnt(text: &str, policies: Policies) -> Answer<Vec<CallTemplateRow>> {
    let base = estate();
    let traffic = Traffic::of(&spans(text), &base, policies, 1);
    call_templates(&base, Some(&traffic), Profile::default(), &Context::new(Timestamp::MIN)).unwrap()
}

fn row<'a>(
    answer: &'a Answer<Vec<CallTemplateRow>>,
    service: &str,
    outcome: TemplateOutcome,
) -> Option<&'a CallTemplateRow> {
    answer.value.iter().find(|row| row.service == service && row.outcome == Some(outcome))
}

/// `step callee, how many make it, how often, how, by what rules` of each call.
fn calls(row: &CallTemplateRow) -> Vec<String> {
    let basis = |basis| serde_json::to_value(basis).unwrap().as_str().unwrap().to_owned();
    let told = |call: &TemplateCall| {
        let made = call.made_by.map_or(String::new(), |share| format!(" by {share:.2}"));
        let turn = call.is_in_turn.map_or("", |is| if is { " in turn" } else { " together" });
        let hits = call.hit_ratio.map_or(String::new(), |ratio| format!(" hits {ratio:.2}"));
        let gives_up =
            call.timeout_ms.map_or(String::new(), |ms| format!(" until {ms:.0} {}", basis(call.timeout_basis)));
        let tries = match call.retries {
            0 => String::new(),
            retries => {
                format!(" tried again {retries} {} after {:.0}", basis(call.retries_basis), call.backoff_ms.unwrap())
            }
        };
        let criticality = format!("{:?} {}", call.criticality, basis(call.criticality_basis)).to_lowercase();
        let step = call.step.map_or("?".to_owned(), |step| step.to_string());
        format!(
            "{step} {}{made} x{:.2}{turn}{hits}{gives_up}{tries} fails {:.2} {criticality}",
            call.callee, call.calls_a_request, call.failed
        )
    };
    row.calls.iter().map(told).collect()
}

/// Each 100 ms a list: one look into a cache, where it finds nothing the store twice in turn, then ads and stars together; of four, one is answered without its ads, of eight, one store fails.
fn lists() -> String {
    let one = |at: usize| {
        let t = at * 100;
        let (is_hit, is_lost, has_no_ads) = (at.is_multiple_of(2), at % 8 == 7, at % 4 == 2);
        let mut text = String::new();
        let looked = if is_hit { "hit" } else { "miss" };
        let (looks, found) = (t + 2, t + 4);
        text += &format!("  {looks}..{found} asks memory.get {looked}\n    {looks}..{found} serves memory.get\n");
        if is_lost {
            text += &format!("  {}..{} asks store.read failed\n", t + 5, t + 15);
            text += &format!("    {}..{} serves store.read failed\n", t + 5, t + 15);
            return format!("{t}..{} serves shop.list failed\n{text}", t + 16);
        }
        if !is_hit {
            text += &format!("  {}..{} asks store.read\n    {}..{} serves store.read\n", t + 5, t + 15, t + 5, t + 15);
            text +=
                &format!("  {}..{} asks store.read\n    {}..{} serves store.read\n", t + 16, t + 26, t + 16, t + 26);
        }
        let failed = if has_no_ads { " failed" } else { "" };
        text += &format!(
            "  {}..{} asks ads.some{failed}\n    {}..{} serves ads.some{failed}\n",
            t + 30,
            t + 40,
            t + 30,
            t + 40
        );
        text += &format!("  {}..{} asks stars.of\n    {}..{} serves stars.of\n", t + 30, t + 50, t + 30, t + 50);
        format!("{t}..{} serves shop.list\n{text}", t + 52)
    };
    (0..80).map(one).collect()
}

#[test]
fn an_operation_is_told_by_outcome_with_its_calls_in_their_turn() {
    let answer = learnt(&lists(), Policies::default());
    assert_eq!(answer.status, Status::Complete);
    let of = |outcome| row(&answer, "shop", outcome).unwrap();
    let (succeeded, degraded, failed) =
        (of(TemplateOutcome::Succeeded), of(TemplateOutcome::Degraded), of(TemplateOutcome::Failed));
    assert_eq!(
        [succeeded, degraded, failed].map(|row| (row.requests, row.share, row.failed)),
        [(50, 0.625, 0), (20, 0.25, 0), (10, 0.125, 10)]
    );
    assert_eq!(
        calls(succeeded),
        [
            "1 memory.get by 1.00 x1.00 hits 0.40 fails 0.00 required default",
            "2 store.read by 0.60 x1.20 in turn fails 0.00 required observed",
            "3 ads.some by 1.00 x1.00 fails 0.00 optional observed",
            "3 stars.of by 1.00 x1.00 fails 0.00 required default",
        ]
    );
    assert_eq!(calls(degraded)[1], "3 ads.some by 1.00 x1.00 fails 1.00 optional observed");
    assert_eq!(
        calls(failed),
        [
            "1 memory.get by 1.00 x1.00 hits 0.00 fails 0.00 required default",
            "2 store.read by 1.00 x1.00 fails 1.00 required observed",
        ]
    );
    // A miss: 52 ms of which it waits for calls from 2 to 4, 5 to 15, 16 to 26 and 30 to 50.
    let (took, work, called) = (succeeded.took_ms, succeeded.work_ms, succeeded.called_ms);
    assert_eq!((took, work, called, succeeded.waiting_ms), (Some(52.0), Some(18.0), Some(34.0), Some(0.0)));
    assert_eq!((succeeded.work_p50_ms, succeeded.work_p95_ms), (Some(10.0), Some(30.0)));
    assert_eq!(succeeded.calls[1].gap_ms, Some(1.0));
    let entity = |row: &CallTemplateRow| row.entity.as_ref().map(|entity| entity.name.clone());
    assert_eq!(entity(succeeded).as_deref(), Some("shop"));
    assert_eq!(succeeded.calls[0].entity.as_ref().map(|entity| &entity.name[..]), Some("memory"));
    assert!(succeeded.calls[3].entity.is_none(), "nobody told the twin of stars");
    // 80 requests in 8 seconds, as the last one lasts as long as any.
    let all: f64 = [succeeded, degraded, failed].iter().filter_map(|row| row.requests_a_second).sum();
    assert!((all - 10.0).abs() < 1e-9, "{all}");
    assert_eq!((succeeded.workers, succeeded.utilisation), (None, None));
}

#[test]
fn a_cache_that_says_nothing_had_what_was_asked_for_unless_somebody_was_asked_then() {
    let silent = lists().replace(" hit\n", "\n").replace(" miss\n", "\n");
    let is_cache = CallPolicy { is_cache: true, ..CallPolicy::default() };
    let policies = Policies { calls: [call("shop.list", "memory.get", is_cache)].into(), ..Policies::default() };
    let hits = |text: &str, policies: Policies| -> Vec<Option<f64>> {
        let told = learnt(text, policies);
        let succeeded = row(&told, "shop", TemplateOutcome::Succeeded).unwrap();
        succeeded.calls.iter().filter(|call| call.callee == "memory.get").map(|call| call.hit_ratio).collect()
    };
    assert_eq!(hits(&lists(), Policies::default()), [Some(0.4)]);
    assert_eq!(hits(&silent, Policies::default()), [None], "nobody says that it is a cache");
    // Whoever asks for anything afterwards has found nothing: here everybody does.
    assert_eq!(hits(&silent, policies), [Some(0.0)]);
}

/// Each 200 ms a purchase asks the bank, which answers nothing for 20 ms each fourth time, is asked again after 5, and then answers in 10; a note is left that nobody waits for.
fn purchases() -> String {
    let one = |at: usize| {
        let t = at * 200;
        let (mut text, mut now) = (String::new(), t + 5);
        if at.is_multiple_of(4) {
            text += &format!("  {now}..{} asks bank.pay failed\n    {now}..{} serves bank.pay\n", now + 20, now + 60);
            now += 25;
        }
        text += &format!("  {now}..{} asks bank.pay again\n    {now}..{} serves bank.pay\n", now + 10, now + 10);
        let end = now + 12;
        text +=
            &format!("  {}..{} asks desk.note\n    {}..{} serves desk.note\n", now + 11, end + 30, now + 11, end + 30);
        format!("{t}..{end} serves shop.buy\n{}", if at.is_multiple_of(4) { text } else { text.replace(" again", "") })
    };
    (0..80).map(one).collect()
}

#[test]
fn rules_are_told_with_how_they_are_known() {
    let told =
        |policies: Policies| calls(row(&learnt(&purchases(), policies), "shop", TemplateOutcome::Succeeded).unwrap());
    assert_eq!(
        told(Policies::default()),
        [
            "1 bank.pay by 1.00 x1.00 until 20 observed tried again 1 observed after 5 fails 0.00 required default",
            "2 desk.note by 1.00 x1.00 fails 0.00 async observed",
        ]
    );
    let declared = CallPolicy {
        criticality: Some(Criticality::Optional),
        retries: Some(2),
        backoff_ms: Some(7.0),
        timeout_ms: Some(50.0),
        ..CallPolicy::default()
    };
    let policies = Policies { calls: [call("shop.buy", "bank.pay", declared)].into(), ..Policies::default() };
    assert_eq!(
        told(policies)[0],
        "1 bank.pay by 1.00 x1.00 until 50 declared tried again 2 declared after 7 fails 0.00 optional declared"
    );
}

/// Each 100 ms two purchases ask the stock, whose only worker takes 10 ms for each: the spans of the second begin when it comes, 1 ms after the first.
fn pairs() -> String {
    let one = |at: usize| {
        let (t, next) = (at * 100, at * 100 + 1);
        let bought = |from: usize, to: usize| {
            format!(
                "{from}..{to} serves shop.buy\n  {from}..{to} asks stock.take\n    {from}..{to} serves stock.take\n"
            )
        };
        bought(t, t + 10) + &bought(next, t + 20)
    };
    (0..30).map(one).collect()
}

#[test]
fn waits_for_workers_are_no_work() {
    let basis = |row: &CallTemplateRow| serde_json::to_value(row.workers_basis).unwrap();
    let stock = |text: &str, policies: Policies| {
        row(&learnt(text, policies), "stock", TemplateOutcome::Succeeded).unwrap().clone()
    };
    let with = |count: u32| Policies { services: [workers("stock", count)].into(), ..Policies::default() };
    // Of twenty milliseconds the second waits for nine.
    let told = stock(&pairs(), with(1));
    assert_eq!(
        (told.took_ms, told.work_ms, told.waiting_ms, told.queued_ms),
        (Some(14.5), Some(10.0), Some(4.5), Some(0.0))
    );
    assert_eq!((told.workers, basis(&told)), (Some(1), "declared".into()));
    assert!(told.utilisation.is_some_and(|share| (share - 0.2).abs() < 0.01), "{:?}", told.utilisation);
    let unlimited = stock(&pairs(), Policies::default());
    assert_eq!((unlimited.work_ms, unlimited.waiting_ms), (Some(14.5), Some(0.0)));
    assert_eq!((unlimited.workers, basis(&unlimited), unlimited.utilisation), (None, "default".into(), None));
    // Others wait before their work begins.
    let seen = stock(&waiting(), Policies::default());
    assert_eq!((seen.workers, basis(&seen), seen.waiting_ms), (Some(2), "observed".into(), Some(0.0)));
    assert!(seen.queued_ms > Some(1.0), "{:?}", seen.queued_ms);
    assert_eq!(stock(&waiting(), with(100)).queued_ms, Some(0.0));
}

#[test]
fn what_was_only_counted_is_told_as_such() {
    let head = counted::shop();
    let answer = call_templates(&head, None, Profile::default(), &Context::new(Timestamp::MIN)).unwrap();
    let cart = answer.value.iter().find(|row| row.operation == "cart").unwrap();
    assert_eq!((cart.rests_on, cart.outcome, cart.requests, cart.failed), (TemplateSource::Counts, None, 100, 2));
    assert!(cart.took_p50_ms.is_some_and(|ms| (9.0..11.0).contains(&ms)), "{:?}", cart.took_p50_ms);
    assert!(cart.took_p95_ms.is_some_and(|ms| (19.0..22.0).contains(&ms)), "{:?}", cart.took_p95_ms);
    assert_eq!((cart.took_ms, cart.work_ms, cart.requests_a_second), (None, None, None));
    assert_eq!(cart.service, "front");
    assert_eq!(calls(cart), ["? pay.charge x1.50 fails 0.00 required default"]);
    assert!(!answer.evidence(&cart.evidence).is_empty(), "where it was counted");
    assert!(answer.assumptions.iter().any(|told| told.starts_with("of operations that no recorded request shows")));
    assert_eq!(answer.basis, [Perspective::Observed]);
    let thought = Scenario::new(&head, "without pay").with(Change::remove(head.find("pay").unwrap())).snapshot();
    let told = call_templates(&thought, None, Profile::default(), &Context::new(Timestamp::MIN)).unwrap();
    assert!(told.blind_spots.iter().any(|told| told.contains("\"without pay\"")), "{:?}", told.blind_spots);
    let nothing = Traffic::of(&[], &head, Policies::default(), 1);
    let told = call_templates(&head, Some(&nothing), Profile::default(), &Context::new(Timestamp::MIN)).unwrap();
    assert!(told.blind_spots.iter().any(|told| told.starts_with("no request was found")), "{:?}", told.blind_spots);
    // Who was recorded is not told once more as it was counted.
    let recorded = "0..30 serves front.cart\n  5..25 asks pay.charge\n    5..25 serves pay.charge\n";
    let traffic = Traffic::of(&spans(recorded), &head, Policies::default(), 1);
    let both = call_templates(&head, Some(&traffic), Profile::default(), &Context::new(Timestamp::MIN)).unwrap();
    assert!(both.value.iter().all(|row| row.rests_on == TemplateSource::Spans), "{:?}", both.value);
}

#[test]
fn of_calls_that_were_only_counted_the_twin_may_say_how_they_are_needed() {
    let criticality = |relations: &str| {
        let front = "  known service_name:front\n";
        let twin = Twin::in_memory();
        apply(&twin, &counted::SHOP.replace(front, &format!("{front}{relations}")));
        let head = twin.snapshot(At::now(time("09:00")));
        let answer = call_templates(&head, None, Profile::default(), &Context::new(Timestamp::MIN)).unwrap();
        calls(answer.value.iter().find(|row| row.operation == "cart").unwrap())
    };
    assert_eq!(criticality("  calls TelemetryService:pay\n"), ["? pay.charge x1.50 fails 0.00 required default"]);
    assert_eq!(
        criticality("  calls/optional TelemetryService:pay\n"),
        ["? pay.charge x1.50 fails 0.00 optional declared"]
    );
    assert_eq!(
        criticality("  calls/optional TelemetryService:pay\n  calls/required TelemetryService:pay\n"),
        ["? pay.charge x1.50 fails 0.00 required default"]
    );
}

#[test]
fn nothing_recorded_is_unknown_and_what_cannot_be_used_is_told() {
    let nothing = learnt("", Policies::default());
    assert!(matches!(nothing.status, Status::Unknown { .. }) && nothing.value.is_empty());
    let mut backwards = spans("0..10 serves shop.list\n0..10 serves shop.list\n");
    backwards[1].end_ns = -1;
    let base = estate();
    let policies = Policies { services: [workers("shpo", 2)].into(), ..Policies::default() };
    let traffic = Traffic::of(&backwards, &base, policies, 1);
    let told = call_templates(&base, Some(&traffic), Profile::default(), &Context::new(Timestamp::MIN)).unwrap();
    assert_eq!(told.value.len(), 1);
    assert!(told.blind_spots.iter().any(|told| told == "1 recorded spans are left out: they end before they begin"));
    assert!(told.blind_spots.iter().any(|told| told.contains("shpo")), "{:?}", told.blind_spots);
    // A world that somebody only thinks of is not what was recorded.
    let other = Scenario::new(&base, "without a bank").with(Change::remove(base.find("bank").unwrap())).snapshot();
    let told = call_templates(&other, Some(&traffic), Profile::default(), &Context::new(Timestamp::MIN)).unwrap();
    assert!(told.blind_spots.iter().any(|told| told.contains("without a bank")), "{:?}", told.blind_spots);
}

#[test]
fn learning_is_refused_what_makes_no_sense_and_stops_when_told_to() {
    let base = estate();
    let idle = Policies { services: [workers("bank", 0)].into(), ..Policies::default() };
    let traffic = Traffic::of(&spans(&lists()), &base, idle, 1);
    let error = call_templates(&base, Some(&traffic), Profile::default(), &Context::new(Timestamp::MIN)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let cancel = Cancel::default();
    cancel.cancel();
    let context = Context { cancel, ..Context::new(Timestamp::MIN) };
    let traffic = Traffic::of(&spans(&lists()), &base, Policies::default(), 1);
    let error = call_templates(&base, Some(&traffic), Profile::default(), &context).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn a_table_has_a_row_for_each_template() {
    let table = Reply::from(learnt(&lists(), Policies::default())).table().unwrap();
    let answer = learnt(&lists(), Policies::default());
    assert_eq!(table.rows, answer.value.len());
    assert!(table.columns.iter().any(|column| column.name == "calls"));
}

/// A request of some calls, each with how long after the one before it begins and how long it takes.
fn request(at: usize, calls: &[(u8, u8)]) -> String {
    let begin = at * 10_000;
    let (mut text, mut start, mut last) = (String::new(), begin, begin);
    for (place, (after, took)) in calls.iter().enumerate() {
        start += usize::from(*after);
        let end = start + usize::from(*took);
        text += &format!("  {start}..{end} asks other.part{place}\n    {start}..{end} serves other.part{place}\n");
        last = last.max(end);
    }
    format!("{begin}..{} serves shop.whole\n{text}", last + 3)
}

proptest! {
    #![proptest_config(cases(64))]

    /// Against an obvious count: each millisecond in which no call is under way is work.
    #[test]
    fn work_waits_and_calls_add_up(requests in vec(vec((0_u8..30, 0_u8..40), 0..6), 1..12)) {
        let text: String = requests.iter().enumerate().map(|(at, calls)| request(at, calls)).collect();
        let answer = learnt(&text, Policies::default());
        let whole = row(&answer, "shop", TemplateOutcome::Succeeded).unwrap();
        let (mut took, mut worked) = (0_usize, 0_usize);
        for calls in &requests {
            let mut start = 0;
            let spans: Vec<(usize, usize)> = calls.iter().map(|(after, lasts)| {
                start += usize::from(*after);
                (start, start + usize::from(*lasts))
            }).collect();
            let end = spans.iter().map(|span| span.1).max().unwrap_or(0) + 3;
            took += end;
            worked += (0..end).filter(|at| !spans.iter().any(|(from, to)| from <= at && at < to)).count();
        }
        let mean = |all: usize| all as f64 / requests.len() as f64;
        prop_assert!((whole.took_ms.unwrap() - mean(took)).abs() < 1e-6);
        prop_assert!((whole.work_ms.unwrap() - mean(worked)).abs() < 1e-6);
        let sum = whole.work_ms.unwrap() + whole.called_ms.unwrap() + whole.waiting_ms.unwrap();
        prop_assert!((sum - whole.took_ms.unwrap()).abs() < 1e-6);
        let shares: f64 = answer.value.iter().filter(|row| row.service == "shop").map(|row| row.share).sum();
        prop_assert!((shares - 1.0).abs() < 1e-9);
        // A step waits for one before it, so that none is left out.
        let mut steps: Vec<u32> = whole.calls.iter().filter_map(|call| call.step).collect();
        steps.dedup();
        prop_assert_eq!(steps.clone(), (1..).take(steps.len()).collect::<Vec<u32>>());
    }
}
