//! Trade-offs between scenarios of a real twin, and the pictures of both: the same from a living answer and from one that outlived its twin.

use twin_core::answer::{Profile, Reply};
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::simulate::{ChangeDraft, Given, ObjectiveDraft, Scenario, compare, outcome, trade_off_of_answers};
use twin_core::wire::{Axes, answer_html, answer_svg, answer_vega_lite};
use twin_core::{At, Twin};

use crate::support::{apply, time};

const SHOP: &str = "file a
    Workload:front
      calls/required Workload:pay
      calls/optional Workload:ads
    Workload:pay
      calls/required Workload:ledger
    Workload:ads
    Workload:ledger";

const OPTIONS: [(&str, &str); 3] = [
    ("as it is", "[]"),
    ("without ads", r#"[{"change": "remove", "entity": "ads"}]"#),
    ("without ledger", r#"[{"change": "remove", "entity": "ledger"}]"#),
];

/// The answers to comparisons, by the names of their scenarios.
fn answers() -> (Twin, Vec<Reply>) {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let head = twin.snapshot(At::now(time("09:00")));
    let compared = |(name, changes): &(&str, &str)| {
        let scenario = Scenario::of(&head, *name, &ChangeDraft::list_from_json(changes).unwrap()).unwrap();
        compare(&scenario, &Given::default(), Profile::Audit, &Context::new(Timestamp::MIN)).unwrap().into()
    };
    let answers = OPTIONS.iter().map(compared).collect();
    (twin, answers)
}

fn objectives(text: &str) -> Vec<ObjectiveDraft> {
    ObjectiveDraft::list_from_json(text).unwrap()
}

const DOWN_AND_CUTS: &str =
    r#"[{"dimension": "blast_radius", "of": "down"}, {"dimension": "single_points_of_failure", "goal": "min"}]"#;

#[test]
fn a_trade_off_of_answers_is_that_of_their_comparisons() {
    let (_twin, answers) = answers();
    let ranked = trade_off_of_answers(&answers, &objectives(DOWN_AND_CUTS)).unwrap();
    let fronts: Vec<(&str, Option<usize>)> =
        ranked.value.options.iter().map(|option| (option.name.as_str(), option.front)).collect();
    assert_eq!(fronts.len(), 3);
    assert!(fronts.iter().any(|(_, front)| *front == Some(0)), "{fronts:?}");
    assert_eq!(ranked.value.objectives[0].unit.as_deref(), Some("entities"));
    assert_eq!(ranked.question["options"][1]["name"], "without ads");
    assert!(ranked.assumptions.contains(&"less is better of blast_radius (default)".to_owned()), "{ranked:?}");
    assert!(!ranked.assumptions.iter().any(|said| said.contains("single_points")), "that was said");
    // A row for each option and objective, as a table too.
    let reply = Reply::from(ranked);
    assert_eq!((reply.len(), reply.table().unwrap().rows), (6, 6));
    // Answers that outlived their twin serve as well.
    let thawed: Vec<Reply> = answers.iter().map(|answer| Reply::thaw(&answer.freeze().unwrap()).unwrap()).collect();
    let again = Reply::from(trade_off_of_answers(&thawed, &objectives(DOWN_AND_CUTS)).unwrap());
    assert_eq!(again.to_json(), reply.to_json());
}

#[test]
fn what_is_unknown_of_an_option_says_why() {
    let (_twin, answers) = answers();
    let of_one = objectives(r#"[{"dimension": "latency_p95", "of": "front.home"}]"#);
    let reason = trade_off_of_answers(&answers, &of_one).unwrap().value.options[0].reasons[0].clone();
    assert_eq!(reason.as_deref(), Some("no recorded requests were given"), "what is unknown of all is unknown of one");
    let ranked = trade_off_of_answers(&answers, &objectives(r#"[{"dimension": "latency_p95"}]"#)).unwrap();
    let told: Vec<_> = ranked.value.options.iter().map(|option| option.reasons[0].clone().unwrap()).collect();
    assert_eq!(told, ["no recorded requests were given"; 3]);
    assert!(ranked.value.options.iter().all(|option| option.front.is_none()));
    let picture = answer_svg(&ranked.into(), Axes::default()).unwrap();
    assert!(picture.contains("Latency p95: without ads") && picture.contains("no recorded requests were given"));
}

#[test]
fn misuse_of_a_trade_off_is_refused() {
    let (twin, answers) = answers();
    let twice = [answers[0].clone(), answers[0].clone()];
    let head = twin.snapshot(At::now(time("09:00")));
    let reached = [Reply::from(outcome(&Scenario::of(&head, "x", &[]).unwrap(), Profile::Audit))];
    let cost = r#"[{"dimension": "cost"}]"#;
    let cases: [(&[Reply], &str, ErrorKind, &str); 6] = [
        (
            &answers,
            r#"[{"dimension": "latency"}]"#,
            ErrorKind::Unknown,
            "unknown dimension \"latency\": nearest are latency_p",
        ),
        (&answers, r#"[{"dimension": "blast_radius"}]"#, ErrorKind::Invalid, "say of which"),
        (&answers, "[]", ErrorKind::Invalid, "an option and an objective"),
        (&[], cost, ErrorKind::Invalid, "an option and an objective"),
        (&twice, cost, ErrorKind::Invalid, "two options are called \"as it is\""),
        (&reached, cost, ErrorKind::Invalid, "answer 0 is no comparison"),
    ];
    for (given, wanted, kind, words) in cases {
        let error = trade_off_of_answers(given, &objectives(wanted)).map(|_| ()).unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn figures_in_several_units_are_not_compared() {
    let (_twin, answers) = answers();
    let billed = |answer: &Reply, unit: &str| {
        let frozen = answer.freeze().unwrap();
        let from = "\"cycles\",\"evidence\":[],\"interval\":null,\"likely\":null,\"scenario\":0.0,\"unit\":\"found\"";
        assert!(frozen.contains(from), "{frozen}");
        Reply::thaw(&frozen.replace(from, &from.replace("found", unit))).unwrap()
    };
    let cycles = objectives(r#"[{"dimension": "cycles"}]"#);
    let mixed = [billed(&answers[0], "EUR"), billed(&answers[1], "USD")];
    let error = trade_off_of_answers(&mixed, &cycles).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("objective 0 are counted in EUR, USD"), "{error}");
    let alike = [billed(&answers[0], "EUR"), billed(&answers[1], "EUR")];
    assert_eq!(trade_off_of_answers(&alike, &cycles).unwrap().value.objectives[0].unit.as_deref(), Some("EUR"));
}

#[test]
fn options_of_several_bases_are_told() {
    let (twin, before) = answers();
    apply(&twin, "file b\nWorkload:late");
    let head = twin.snapshot(At::now(time("10:00")));
    let scenario = Scenario::of(&head, "later", &[]).unwrap();
    let later = compare(&scenario, &Given::default(), Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    let mixed = [before[0].clone(), later.into()];
    let ranked = trade_off_of_answers(&mixed, &objectives(r#"[{"dimension": "cycles"}]"#)).unwrap();
    let told = |words: &str| ranked.blind_spots.iter().any(|spot| spot.contains(words));
    assert!(
        told("not compared on one base: \"as it is\" at revision 1, \"later\" at revision 2"),
        "{:?}",
        ranked.blind_spots
    );
}

#[test]
fn pictures_are_the_same_of_answers_that_outlived_their_twin() {
    let (_twin, answers) = answers();
    let chosen = Reply::from(trade_off_of_answers(&answers, &objectives(DOWN_AND_CUTS)).unwrap());
    for answer in answers.iter().chain([&chosen]) {
        let thawed = Reply::thaw(&answer.freeze().unwrap()).unwrap();
        let picture = answer_svg(answer, Axes::default()).unwrap();
        assert_eq!(answer_svg(&thawed, Axes::default()).unwrap(), picture);
        let both = [answer, &thawed].map(|reply| answer_vega_lite(reply, Axes::default()).unwrap());
        assert_eq!(both[0], both[1]);
        assert!(answer_html(answer).contains(&picture), "the notebook shows it");
    }
}
