//! The README's example is this file's, to the letter, and runs.

use twin_connectors::{ScanOptions, scan};
use twin_core::analysis::Hit;
use twin_core::answer::Proof;
use twin_core::base::{Context, Result, Timestamp};
use twin_core::identity::resolve::{Explanation, Options, Record, Resolution, Threshold, Uncertain, WhyNot};
use twin_core::schema::State;
use twin_core::{At, Twin};

/// What breaks if `payments` is down, and why, one line for each.
fn example(folder: &str, store: &str, clock: Timestamp) -> Result<Vec<String>> {
    // example:begin
    let twin = Twin::open(store)?; // Twin::in_memory() forgets
    twin.apply(scan(folder, &ScanOptions::default())?.batches, clock)?; // the host's clock: Twin has none
    let now = twin.snapshot(At::now(clock));
    let impact = now.blast_radius(now.find("payments")?).state(State::Down).run();
    let why: Vec<(&Hit, Vec<Proof>)> = impact.value.iter().map(|hit| (hit, impact.evidence(hit))).collect();
    // example:end
    Ok(why.iter().flat_map(|(hit, proofs)| proofs.iter().map(move |proof| format!("{}: {proof}", hit.path))).collect())
}

/// What a resolution says of some records.
#[rustfmt::skip] // As it stands in the page.
fn resolved(records: Vec<Record>, clock: Timestamp) -> Result<(usize, Explanation, WhyNot, Vec<Uncertain>)> {
    // resolve:begin
    let resolution = Resolution::of(records, &Options { threshold: Threshold::Cautious, ..Options::default() }, &Context::new(clock))?;
    let things = resolution.things(); // the ids of the records of each
    let why = resolution.explain("git:invoice", "k8s:invoice")?; // weights in bits that sum to the score
    let apart = resolution.why_not("k8s:invoice", "k8s:invoice-worker")?;
    let ask = resolution.review(20); // of these a person would know better: hand them back as pins or splits
    // resolve:end
    Ok((things.len(), why, apart, ask))
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, after) = text.split_once(begin).expect("the example begins");
    after.split_once(end).expect("the example ends").0
}

fn trimmed(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("```")).collect()
}

#[test]
fn the_readme_holds_the_example() {
    let readme = include_str!("../../README.md");
    let readme = trimmed(between(readme, "<!-- example:begin -->", "<!-- example:end -->"));
    let own = trimmed(between(include_str!("readme.rs"), "// example:begin\n", "// example:end\n"));
    assert_eq!(readme, own);
    assert_eq!(own.len(), 5, "five lines");
}

#[test]
fn the_example_runs() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let store = store.path().join("estate.twin");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/estate");
    let now = Timestamp::parse("2026-11-24T10:00:00Z").expect("a time");
    let lines = example(folder, &store.to_string_lossy(), now).expect("the example runs");
    let expected = "payments@shop → calledBy → checkout@shop: k8s/shop/checkout.yaml:42 <- ";
    assert!(lines.iter().any(|line| line.starts_with(expected)), "{lines:#?}");
}

#[test]
fn the_page_on_resolving_holds_its_example() {
    let page = include_str!("../../docs/resolve.md");
    let page = trimmed(between(page, "<!-- example:resolve:begin -->", "<!-- example:resolve:end -->"));
    assert_eq!(page, trimmed(between(include_str!("readme.rs"), "// resolve:begin\n", "// resolve:end\n")));
}

#[test]
fn the_example_of_resolving_runs() {
    let record = |system: &str, kind: &str, name: &str| Record {
        id: format!("{system}:{name}"),
        system: system.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        attributes: Vec::new(),
    };
    let records = vec![
        record("git", "repository", "invoice"),
        record("k8s", "Deployment", "invoice"),
        record("k8s", "Deployment", "invoice-worker"),
    ];
    let (things, why, apart, ask) = resolved(records, Timestamp::MIN).expect("the example runs");
    assert_eq!((things, ask.len()), (2, 0));
    assert_eq!(why.weights.iter().map(|step| step.weight).sum::<f64>(), why.score);
    assert!(matches!(apart, WhyNot::TooLittle { score } if score < 0.0), "{apart:?}");
}
