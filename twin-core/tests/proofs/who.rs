//! Who is who between recorded requests and a twin.

use twin_core::answer::Profile;
use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::Policies;
use twin_core::simulate::{ChangeDraft, Dimension, Given, Scenario, Traffic, compare};

use crate::changes::{requests, shop};
use crate::replay::spans;

/// What a change does to the median of the front, or why nobody knows.
fn median(recorded: &str, change: &str) -> String {
    let head = shop();
    let drafts = ChangeDraft::list_from_json(&format!("[{change}]")).unwrap();
    let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
    let traffic = Traffic::of(&spans(recorded), &head, Policies::default(), 1);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    let row = answer.value.figures.into_iter().find(|figure| figure.dimension == Dimension::LatencyP50).unwrap();
    let delta = row.delta.map(|delta| format!("{delta}"));
    [delta, row.unknown].into_iter().flatten().collect::<Vec<String>>().join(" ")
}

#[test]
fn what_takes_messages_is_not_taken_to_do_without_consequences() {
    let sending = requests().replace("\n  5..", "\n  2..3 sends ads.note\n  5..");
    assert_ne!(sending, requests());
    let fails = r#"{"change": "fail", "entity": "ads"}"#;
    let moves = r#"{"change": "move", "entity": "ads", "region": "south", "rtt_ms": 9}"#;
    assert_eq!(median(&sending, fails), "what a sender does whose message ads does not take was never measured");
    assert_eq!(median(&sending, moves), "whether senders wait until ads has their messages was never measured");
    // Whoever is known to take messages from a broker may fail and move: nobody waits.
    let taking = sending.replace("2..3 sends ads.note\n", "2..3 sends ads.note\n    3..9 serves ads.note\n");
    assert_eq!(median(&taking, fails), "0");
    assert_eq!(median(&taking, moves), "0");
}
