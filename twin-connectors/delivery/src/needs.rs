//! What jobs wait for: others of the same pipeline, and never each other.

use std::collections::{BTreeMap, BTreeSet};

/// A job, and those that it waits for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waiting {
    /// Its name.
    pub job: String,
    /// The line of its name.
    pub line: usize,
    /// The names that it waits for, each with its line.
    pub needs: Vec<(String, usize)>,
}

/// What is wrong: each with its line. O(needs · log jobs).
pub(crate) fn flaws(jobs: &[Waiting], may_be_elsewhere: bool) -> Vec<(usize, &'static str)> {
    let known: BTreeSet<&str> = jobs.iter().map(|job| job.job.as_str()).collect();
    let all = jobs.iter().flat_map(|job| &job.needs);
    let unknown = all.filter(|(need, _)| !may_be_elsewhere && !known.contains(need.as_str()));
    let mut flaws: Vec<(usize, &'static str)> =
        unknown.map(|(_, line)| (*line, "a job waits for one that is not there")).collect();
    flaws.extend(in_a_circle(jobs, &known).map(|line| (line, "jobs wait for each other in a circle")));
    flaws
}

/// The line of the first job that can never begin because those that it waits for wait for each other.
fn in_a_circle(jobs: &[Waiting], known: &BTreeSet<&str>) -> Option<usize> {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    let mut followers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for job in jobs {
        let needs: BTreeSet<&str> =
            job.needs.iter().map(|(need, _)| need.as_str()).filter(|need| known.contains(need)).collect();
        needs.iter().for_each(|need| followers.entry(need).or_default().push(&job.job));
        open.insert(&job.job, needs.len());
    }
    let mut ready: Vec<&str> = open.iter().filter(|(_, count)| **count == 0).map(|(job, _)| *job).collect();
    while let Some(done) = ready.pop() {
        open.remove(done);
        for follower in followers.get(done).into_iter().flatten() {
            let Some(left) = open.get_mut(follower) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0 {
                ready.push(follower);
            }
        }
    }
    jobs.iter().find(|job| open.contains_key(job.job.as_str())).map(|job| job.line)
}
