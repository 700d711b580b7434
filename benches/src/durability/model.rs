//! What a twin on disk must be: the twin in memory that took the same steps.

use twin_core::analysis::{BlastRadius, blast_radius, describe, drift, find_all};
use twin_core::answer::Profile;
use twin_core::base::{Digest, Result};
use twin_core::graph::Snapshot;
use twin_core::observe::Perspective;
use twin_core::{At, Twin};

use crate::durability::workload::{EARLIER, Workload, cursor_scope, time_of};

/// The step at which all pictures are taken: later than any.
const LATER: usize = 10_000_000;

/// The states that a workload leads through. State 0 is an empty twin; state n is what n steps leave.
#[derive(Debug)]
pub struct Model {
    workload: Workload,
    twin: Twin,
    states: Vec<Digest>,
}

impl Model {
    /// The states of a workload.
    pub fn new(workload: Workload) -> Self {
        Model { workload, twin: Twin::in_memory(), states: Vec::new() }
    }

    /// What a twin in this state answers.
    ///
    /// # Errors
    /// None that a twin in memory has.
    pub fn state(&mut self, number: usize) -> Result<Digest> {
        while self.states.len() <= number {
            if let Some(step) = self.states.len().checked_sub(1) {
                self.workload.perform(&self.twin, step)?;
            }
            self.states.push(picture(&self.twin)?);
        }
        Ok(self.states[number])
    }

    /// Takes the next step, which must lead to the next state.
    ///
    /// # Errors
    /// In words: what stopped it.
    pub fn goes_on(&mut self, twin: &Twin, found: usize) -> std::result::Result<(), String> {
        let stuck = |what: String| format!("stuck in state {found}: {what}");
        self.workload.perform(twin, found).map_err(|error| stuck(error.to_string()))?;
        self.find(twin, found + 1, found + 1).map(|_| ()).map_err(stuck)
    }

    /// Which of some states a twin is in.
    ///
    /// # Errors
    /// In words: what was lost or torn.
    pub fn find(&mut self, twin: &Twin, least: usize, most: usize) -> std::result::Result<usize, String> {
        self.state(most).map_err(|error| error.to_string())?;
        let seen = picture(twin).map_err(|error| format!("refused when asked: {error}"))?;
        self.place(seen, least, most)
    }

    fn place(&self, seen: Digest, least: usize, most: usize) -> std::result::Result<usize, String> {
        match self.states.iter().rposition(|state| *state == seen) {
            Some(found) if found < least => Err(format!("lost: state {found} where {least} was acknowledged")),
            Some(found) if found > most => Err(format!("ahead: state {found} where only {most} was begun")),
            Some(found) => Ok(found),
            None => Err(format!("torn: between states {least} and {most}, and neither")),
        }
    }
}

/// Everything that is compared: the revision, the cursor, and answers now and as of an earlier time, as canonical JSON.
///
/// # Errors
/// Of a store that reads when it is asked, as for opening it.
pub fn picture(twin: &Twin) -> Result<Digest> {
    let (now, needs) = (At::now(time_of(LATER)), Profile::Cadence);
    let snapshot = view(twin, now)?;
    let past = view(twin, now.valid(time_of(EARLIER)).known(time_of(EARLIER)))?;
    let mut told = vec![format!("{} {:?}", twin.revision(), twin.cursor(&cursor_scope()))];
    told.push(drift(&snapshot, Perspective::Declared, Perspective::Observed, needs).to_json());
    for snapshot in [&snapshot, &past] {
        told.push(find_all(snapshot, None, "", needs).map_or_else(|error| error.to_string(), |found| found.to_json()));
    }
    told.extend(snapshot.nodes().map(|node| describe(&snapshot, node, needs).to_json()));
    told.extend(snapshot.nodes().next_back().map(|node| blast_radius(&snapshot, &BlastRadius::of(node)).to_json()));
    Ok(Digest::of(told.join("\n").as_bytes()))
}

/// The snapshot of some time, or why there is none.
fn view(twin: &Twin, at: At) -> Result<Snapshot> {
    twin.as_of(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_that_took_other_steps_is_missed() {
        let workload = Workload { seed: 3, large: 0 };
        let mut model = Model::new(workload);
        let twin = Twin::in_memory();
        (0..4).for_each(|step| workload.perform(&twin, step).unwrap());
        assert_eq!(model.find(&twin, 3, 4), Ok(4));
        let wrong = |found: std::result::Result<usize, String>| found.unwrap_err();
        assert!(wrong(model.find(&twin, 5, 6)).starts_with("lost: state 4 where 5"));
        assert!(wrong(model.find(&twin, 2, 3)).starts_with("ahead: state 4 where only 3"));
        assert!(
            wrong(model.goes_on(&twin, 2).map(|()| 2)).starts_with("stuck in state 2: torn"),
            "the wrong step was taken"
        );
        assert!(wrong(model.find(&twin, 4, 5)).starts_with("torn"));
    }

    #[test]
    fn each_step_leads_to_another_state() {
        for seed in 0..3 {
            let mut model = Model::new(Workload { seed, large: 2 });
            let states: Vec<Digest> = (0..30).map(|number| model.state(number).unwrap()).collect();
            let distinct: std::collections::BTreeSet<&Digest> = states.iter().collect();
            assert_eq!(distinct.len(), states.len());
        }
    }
}
