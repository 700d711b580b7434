//! How fresh the sources are, and what nobody here can see.

use std::collections::BTreeSet;

use twin_core::graph::Snapshot;
use twin_core::observe::Perspective;

use super::telling::Telling;

const PHRASES: usize = 8;
const NAMES: usize = 6;

/// Tells the age of what was read, and the blind spots.
pub fn tell(telling: &mut Telling, now: &Snapshot) {
    telling.section("How fresh, and what cannot be seen");
    let answer = now.drift(Perspective::Declared, Perspective::Observed);
    if !telling.trust(&answer) {
        return;
    }
    for row in &answer.freshness {
        let state = if row.met { "fresh" } else { "stale" };
        telling.line(format!("  {:<18} read {} s ago, {} s are allowed: {state}", row.sort, row.age_s, row.required_s));
    }
    let phrases = one_of_each(&answer.blind_spots);
    telling.line(format!("by nature, {} things cannot be seen, among them:", answer.blind_spots.len()));
    telling.lines(phrases.iter().map(|phrase| format!("  {phrase}")), PHRASES);
    let names: BTreeSet<&str> = now.pages().unresolved.iter().map(|unresolved| unresolved.names.as_str()).collect();
    if !names.is_empty() {
        telling.line("named, and answered by nothing that was read:");
        telling.lines(names.into_iter().map(|name| format!("  {name}")).collect::<Vec<String>>().into_iter(), NAMES);
    }
}

/// The first phrase of each source: phrases begin with its name.
fn one_of_each(phrases: &[String]) -> Vec<&String> {
    let mut told = BTreeSet::new();
    let of_sources = phrases.iter().filter_map(|phrase| Some((phrase.split_once(" cannot see ")?.0, phrase)));
    of_sources.filter(|(source, _)| told.insert(*source)).map(|(_, phrase)| phrase).collect()
}
