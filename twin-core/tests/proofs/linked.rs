//! Messages that are taken in traces of their own, which are linked to those who sent them.

use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::{Policies, Recording, SkippedSpans, Span, SpanKind, TrafficChange, forecast};

use crate::replay::{medians, spans};

/// Each 100 ms a purchase leaves a message, which is taken in a trace of its own that is linked to it, or not, and asks the mail for 10 ms.
fn linked(is_linked: bool) -> Vec<Span> {
    let one = |at: usize| {
        let (t, sent, taken) = (at * 100, at * 100 + 5, at * 100 + 40);
        format!(
            "{t}..{} serves shop.buy\n  {sent}..{} sends queue.bought\n{taken}..{} serves stock.take\n  {taken}..{} asks mail.send\n    {taken}..{} serves mail.send\n",
            t + 10,
            sent + 1,
            taken + 20,
            taken + 10,
            taken + 10
        )
    };
    let mut spans = spans(&(0..40).map(one).collect::<String>());
    let sent: Vec<(u128, u64)> =
        spans.iter().filter(|span| span.kind == SpanKind::Producer).map(|span| (span.trace, span.id)).collect();
    let taking = spans.iter_mut().filter(|span| span.operation == "take");
    for (span, sent) in taking.zip(sent).filter(|_| is_linked) {
        (span.kind, span.link) = (SpanKind::Consumer, Some(sent));
    }
    spans
}

#[test]
fn who_takes_a_message_in_a_trace_of_its_own_belongs_to_who_sent_it() {
    let asked = |spans: &[Span], change: TrafficChange| {
        let recording = Recording::of(spans, &Policies::default());
        (
            recording.len(),
            forecast(&recording, &Policies::default(), &[change], 1, &Context::new(Timestamp::MIN)).unwrap(),
        )
    };
    let gone = || TrafficChange::KillService { service: "shop".to_owned() };
    let (count, told) = asked(&linked(true), gone());
    let lost: Vec<String> = told.reached.no_longer_called.iter().map(ToString::to_string).collect();
    assert_eq!((count, lost), (40, ["mail.send", "shop.buy", "stock.take"].map(str::to_owned).to_vec()));
    let (count, told) = asked(&linked(false), gone());
    let lost: Vec<String> = told.reached.no_longer_called.iter().map(ToString::to_string).collect();
    assert_eq!((count, lost), (80, vec!["shop.buy".to_owned()]), "who was not linked comes from outside");
    // Nobody waits for it all the same.
    let slower = TrafficChange::AddLatency { service: "stock".to_owned(), operation: "take".to_owned(), ms: 30.0 };
    assert_eq!(medians(&asked(&linked(true), slower).1, "buy"), (10.0, 10.0));
    // Links to what was not recorded, to itself, and round in circles, change nothing.
    let mut odd = linked(true);
    let taking: Vec<usize> = (0..odd.len()).filter(|at| odd[*at].operation == "take").collect();
    let asking: Vec<(u128, u64)> =
        odd.iter().filter(|span| span.kind == SpanKind::Client).map(|span| (span.trace, span.id)).collect();
    odd[taking[0]].link = Some((999_999, 1));
    odd[taking[1]].link = Some(asking[1]);
    (odd[taking[2]].link, odd[taking[3]].link) = (Some(asking[3]), Some(asking[2]));
    let recording = Recording::of(&odd, &Policies::default());
    assert_eq!((recording.len(), recording.skipped()), (44, SkippedSpans::default()));
}
