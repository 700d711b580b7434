//! Backtests: the twin's own past, walked commit by commit and incident by incident, each predicted by what was known the moment before.

use crate::answer::Answer;
use crate::base::{Context, Result, Timestamp};
use crate::engine::predictions::{about, source};
use crate::engine::{At, Twin};
use crate::graph::Snapshot;
use crate::simulate::backtest::{Backtest, BacktestDraft, Commit, Tested, of_change, of_incident, summed};

/// What every backtest takes for granted.
const ASSUMED: [&str; 3] = [
    "which change was made is known: what is tested is what simulators make of it, not whether anybody foresaw it",
    "things are the same where they are called the same",
    "whatever a commit told was so from then on: facts that were told late count as changes when they were told",
];

/// What a comparison predicts and the log cannot show.
const NOT_SCORED: [&str; 3] = [
    "nodes affected by a change: the log holds no states; give incidents to test the blast radius",
    "latency, errors, load and availability: give recorded requests to a score",
    "cost: bills are of months, not of commits; a score holds it against a later bill",
];

impl Twin {
    /// Predicts the twin's own past from what was known then, and lists what came as predicted and what did not: changes of structure from commit to commit, and incidents that the
    /// host names. Nothing that was told at or after an event is seen when it is predicted. O(facts) for each commit and incident, of which at most so many are looked at.
    ///
    /// # Errors
    /// `Invalid` for a time that ends before it begins, an incident without anything that failed, or a limit of nothing; `Unknown` and `Ambiguous` for names in
    /// incidents; `Corrupt` or `Io` where the past cannot be read; `Cancelled` and `Limit` as the context says.
    pub fn backtest(&self, draft: &BacktestDraft, context: &Context) -> Result<Answer<Backtest>> {
        draft.check(context.now)?;
        let today = self.as_of(At::now(context.now))?;
        let mut walk = Walk { twin: self, draft, context, done: 0, tested: Vec::new(), summary: Backtest::default() };
        let most = draft.most.unwrap_or(BacktestDraft::MOST);
        let incidents = draft.incidents.iter().filter(|incident| draft.covers(incident.at)).count();
        walk.commits(most.saturating_sub(incidents))?;
        walk.incidents(most, &today)?;
        let Walk { tested, summary, .. } = walk;
        let Backtest { commits, unchanged, left_out, .. } = summary;
        let not_scored = NOT_SCORED.map(str::to_owned).to_vec();
        let mut value = summed(tested);
        (value.commits, value.unchanged, value.left_out, value.not_scored) = (commits, unchanged, left_out, not_scored);
        let asked =
            serde_json::json!({"since": draft.since, "until": draft.until, "most": most, "incidents": draft.incidents});
        let method =
            "each change and incident predicted from the snapshot of the moment before, held against the one after";
        let mut answer = about(&today, "backtest", asked, method, value);
        answer.assumptions = ASSUMED.map(str::to_owned).to_vec();
        Ok(answer)
    }

    /// The times of all commits that may have changed the structure, in order, and since when the past is kept.
    fn commit_times(&self) -> Result<(Vec<Timestamp>, Option<Timestamp>)> {
        let mut state = self.state();
        state.read_all()?;
        Ok((state.log.commits_beside(&source()).into_iter().collect(), state.log.begins()))
    }

    /// What held at a time, by what was known then.
    fn as_it_was(&self, at: Timestamp) -> Result<Snapshot> {
        self.as_of(At::now(at).valid(at).known(at))
    }
}

/// A backtest under way.
struct Walk<'t> {
    twin: &'t Twin,
    draft: &'t BacktestDraft,
    context: &'t Context,
    done: u64,
    tested: Vec<Tested>,
    summary: Backtest,
}

impl Walk<'_> {
    /// Walks from commit to commit, the first ones first.
    fn commits(&mut self, most: usize) -> Result<()> {
        let (times, begins) = self.twin.commit_times()?;
        let is_kept = |at: Timestamp| begins.is_none_or(|begins| at >= begins);
        let is_asked = |at: Timestamp| self.draft.covers(at) && at <= self.context.now;
        let asked = times.iter().filter(|at| is_asked(**at)).count();
        let steps: Vec<(Timestamp, Timestamp)> = times
            .windows(2)
            .map(|pair| (pair[0], pair[1]))
            .filter(|(was, at)| is_asked(*at) && is_kept(*was))
            .collect();
        if steps.len() < asked {
            let why = "nothing that was known before is kept";
            self.summary.left_out.push(format!("commits: {}, since {why}", asked - steps.len()));
        }
        if let Some((_, at)) = steps.get(most) {
            let what = format!("commits: {}, from {at} on: raise `most`, which is {most} for them", steps.len() - most);
            self.summary.left_out.push(what);
        }
        let mut last: Option<(Timestamp, Snapshot)> = None;
        for (was, at) in steps.into_iter().take(most) {
            self.step(most as u64)?;
            let before = match last.take() {
                Some((time, snapshot)) if time == was => snapshot,
                _ => self.twin.as_it_was(was)?,
            };
            let after = self.twin.as_it_was(at)?;
            self.summary.commits += 1;
            match of_change(&Commit { at, before: &before, after: &after }, self.context)? {
                Some(tested) => self.tested.push(tested),
                None => self.summary.unchanged += 1,
            }
            last = Some((at, after));
        }
        Ok(())
    }

    fn incidents(&mut self, most: usize, today: &Snapshot) -> Result<()> {
        let mut incidents: Vec<_> =
            self.draft.incidents.iter().filter(|incident| self.draft.covers(incident.at)).collect();
        incidents.sort_by_key(|incident| incident.at);
        if incidents.len() > most {
            let what = format!("incidents: {}, the last ones: raise `most`, which is {most}", incidents.len() - most);
            self.summary.left_out.push(what);
        }
        for incident in incidents.into_iter().take(most) {
            self.step(most as u64)?;
            let moment = incident.at.as_micros().checked_sub(1).and_then(Timestamp::from_micros);
            match self.twin.as_it_was(moment.unwrap_or(Timestamp::MIN)) {
                Ok(before) => self.tested.push(of_incident(incident, &before, today)?),
                Err(why) => self.summary.left_out.push(format!("the incident at {}: {why}", incident.at)),
            }
        }
        Ok(())
    }

    /// One more unit of work.
    fn step(&mut self, all: u64) -> Result<()> {
        self.context.check()?;
        self.context.progress.report("backtest", self.done, all);
        self.done += 1;
        Ok(())
    }
}
