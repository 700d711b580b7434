//! Search for change sets: given what is wanted and what must be kept to, which changes to make, in which waves, and what each option comes to.
//!
//! Each aim proposes candidates by a method of its own, exact where the space is small; all are measured and ranked alike. Why it is done so is in `docs/decisions/0019`.

mod asked;
mod candidate;
mod consolidate;
mod cut_cycles;
mod cut_sets;
mod draft;
mod edit;
mod extract;
mod figures;
mod migrate;
mod rank;
mod result;
mod retire;
mod right_size;
mod structure;
#[cfg(test)]
mod tests;
mod waves;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::analysis::{basis, envelope};
use crate::answer::{Answer, Missing, Status};
use crate::base::{Context, ErrorKind, Result, in_pool};
use crate::graph::Snapshot;
use crate::observe::SourceId;
use crate::simulate::{Baseline, ChangeDraft, Given, Scenario};

use asked::Asked;
use candidate::{Candidate, Found, is_finished};
pub use draft::{Aim, Budget, Capacity, Constraints, FigureLimit, Measure, SearchDraft, SearchObjective};
use figures::Compared;
pub use result::{
    ConstraintViolation, MeasuredValue, NotTried, OptimalityBound, SearchMethod, SearchOption, SearchResult, TeamLoad,
    UndecidedConstraint, Wave,
};

/// So many candidates are measured before the context is asked again.
const MEASURED_AT_ONCE: usize = 64;
/// So many are held against the base before the context is asked again.
const COMPARED_AT_ONCE: usize = 4;
/// So many of the best by structure are held against the base.
const MOST_COMPARED: usize = 100;
/// An option has so many changes at most.
const MOST_CHANGES: usize = 2_000;
/// An option cites so much evidence at most.
const SHOWN_EVIDENCE: usize = 20;
/// The constraints that are held against figures of comparisons.
const OF_FIGURES: [&str; 2] = ["budget", "limits"];

/// Searches options for an aim: change sets with waves, measured, ranked by Pareto fronts. The base stays as it is.
///
/// `given` is what is known beside the twin; it is only read for right sizes, and where a figure of a comparison is an objective or a limit. Once the deadline of the context has passed, the best so far comes
/// back, marked as not finished. The same question has the same answer on any number of threads, unless a deadline cuts it short. Work is bounded: by `nodes` for search trees, by 2,000 candidates,
/// and by the 100 best of them where comparisons are asked for, each O(entities + relations).
///
/// # Errors
/// `Unknown` or `Ambiguous` for a name; `Invalid` for a number, limit or objective that makes no sense; `Limit` for more than 2,000 things; `Cancelled` if the host cancels. A constraint that
/// cannot be kept is no error: options say what they break.
pub fn search(
    base: &Snapshot,
    draft: &SearchDraft,
    given: &Given<'_>,
    context: &Context,
) -> Result<Answer<SearchResult>> {
    in_pool(|| searched(base, draft, given, context))
}

/// The same on whatever threads the caller has.
fn searched(
    base: &Snapshot,
    draft: &SearchDraft,
    given: &Given<'_>,
    context: &Context,
) -> Result<Answer<SearchResult>> {
    let asked = Asked::new(base, draft)?;
    let mut found = match &draft.aim {
        Aim::CutCycles { .. } => cut_cycles::candidates(&asked, context)?,
        Aim::Migrate { .. } => migrate::candidates(&asked, context)?,
        Aim::Extract { .. } => extract::candidates(&asked, context)?,
        Aim::Consolidate { .. } => consolidate::candidates(&asked, context)?,
        Aim::Retire { .. } => retire::candidates(&asked, context)?,
        Aim::RightSize { .. } => right_size::candidates(&asked, given, context)?,
    };
    leave_out_what_is_too_large(&mut found);
    let mut options = measured(&asked, &found.candidates, context)?;
    let measured = options.len();
    rank::rank(&mut options, &asked.objectives)?;
    let mut assumptions = BTreeSet::new();
    if figures::are_asked(&asked) {
        assumptions.extend(hold_against_base(&asked, &mut options, given, context)?);
        rank::rank(&mut options, &asked.objectives)?;
    }
    options.truncate(draft.most);
    hold_like_comparisons(&asked, &mut options, given, context)?;
    found.is_finished &= is_finished(context)?;
    answer(&asked, found, options, measured, assumptions)
}

/// Candidates that change nothing, and those of which the changes would take too long to hold against each other.
fn leave_out_what_is_too_large(found: &mut Found) {
    found.candidates.retain(|candidate| !candidate.edits.is_empty() || candidate.freed > 0);
    let before = found.candidates.len();
    found.candidates.retain(|candidate| candidate.edits.len() <= MOST_CHANGES);
    let left_out = before - found.candidates.len();
    if left_out > 0 {
        let what = format!("{left_out} options of more than {MOST_CHANGES} changes");
        found.not_tried.push(NotTried::new(&what, "too many at a time: name fewer things", Vec::new()));
    }
}

/// Every candidate as an option, by what the structure tells. The first are measured even after the deadline, so that what was found is told.
fn measured(asked: &Asked<'_>, candidates: &[Candidate], context: &Context) -> Result<Vec<SearchOption>> {
    let mut options: Vec<SearchOption> = Vec::new();
    for some in candidates.chunks(MEASURED_AT_ONCE) {
        if !is_finished(context)? && !options.is_empty() {
            break;
        }
        let more: Vec<SearchOption> = some.par_iter().map(|candidate| option(asked, candidate)).collect();
        options.extend(more);
        context.progress.report("options", options.len() as u64, candidates.len() as u64);
    }
    Ok(options)
}

fn option(asked: &Asked<'_>, candidate: &Candidate) -> SearchOption {
    let changes: Vec<ChangeDraft> = candidate.edits.iter().map(|edit| edit.draft(asked.base)).collect();
    let mut violations = candidate.violations.clone();
    if let Some(most) = asked.draft.constraints.most_changes.filter(|most| changes.len() > *most) {
        let what = format!("{} changes, and {most} are allowed", changes.len());
        violations.push(ConstraintViolation { constraint: "most_changes", what, entities: Vec::new() });
    }
    let told = |group: &Vec<_>| group.iter().map(|node| asked.told(*node)).collect();
    SearchOption {
        name: candidate.name.clone(),
        changes,
        waves: candidate.waves.clone(),
        groups: candidate.groups.iter().map(told).collect(),
        values: structure::measured(asked, candidate),
        front: None,
        dominated_by: None,
        weighted: None,
        violations,
        undecided: candidate.undecided.clone(),
        assumptions: candidate.assumptions.clone(),
        evidence: candidate.evidence.iter().copied().take(SHOWN_EVIDENCE).collect(),
    }
}

/// Holds the best options against the base, and the constraints against their figures. Says what was taken for granted.
fn hold_against_base(
    asked: &Asked<'_>,
    options: &mut [SearchOption],
    given: &Given<'_>,
    context: &Context,
) -> Result<Option<String>> {
    let best = options.len().min(MOST_COMPARED);
    let baseline = Baseline::of(asked.base);
    let given = &Given { baseline: Some(&baseline), is_quick: true, ..given.clone() };
    let mut done = 0;
    while done < best && is_finished(context)? {
        let some = &mut options[done..best.min(done + COMPARED_AT_ONCE)];
        let compared = at_once(asked, some, given, context)?;
        for (option, compared) in some.iter_mut().zip(compared) {
            match compared {
                Some(compared) => take(option, compared),
                None => {
                    doubt(asked, option, "the deadline passed before it was held against the base");
                }
            }
        }
        done += some.len();
        context.progress.report("comparisons", done as u64, best as u64);
    }
    let rest = &mut options[done..];
    rest.iter_mut().for_each(|option| doubt(asked, option, "it was not held against the base"));
    let what = format!("figures of a comparison are known of the {done} best options by structure only");
    Ok((!rest.is_empty()).then_some(what))
}

/// What comparisons say of some options; nothing of those that the deadline cut short.
fn at_once(
    asked: &Asked<'_>,
    options: &[SearchOption],
    given: &Given<'_>,
    context: &Context,
) -> Result<Vec<Option<Compared>>> {
    let held = |option: &SearchOption| match figures::compared(asked, &option.scenario(asked.base)?, given, context) {
        Err(error) if error.kind() == ErrorKind::Limit && !context.goes_on() => Ok(None),
        compared => compared.map(Some),
    };
    options.par_iter().map(held).collect()
}

/// Holds the options that are told against the base once more, in full: as whoever compares one of them will see it. Requests alone make a difference.
fn hold_like_comparisons(
    asked: &Asked<'_>,
    options: &mut [SearchOption],
    given: &Given<'_>,
    context: &Context,
) -> Result<()> {
    if given.traffic.is_none() || !figures::are_asked(asked) {
        return Ok(());
    }
    let best = options.len().min(MOST_COMPARED);
    for some in options[..best].chunks_mut(COMPARED_AT_ONCE) {
        if !is_finished(context)? {
            break;
        }
        let compared = at_once(asked, some, given, context)?;
        let held = some.iter_mut().zip(compared).filter_map(|(option, compared)| Some((option, compared?)));
        held.for_each(|(option, compared)| take(option, compared));
    }
    rank::rank(options, &asked.objectives)
}

/// Nobody knows whether an option keeps the constraints on figures, if there are any.
fn doubt(asked: &Asked<'_>, option: &mut SearchOption, why: &str) {
    let constraints = &asked.draft.constraints;
    let asked = [("budget", constraints.budget.is_some()), ("limits", !constraints.limits.is_empty())];
    let asked = asked.into_iter().filter(|(_, is_asked)| *is_asked);
    option.undecided.extend(asked.map(|(constraint, _)| UndecidedConstraint { constraint, why: why.to_owned() }));
}

/// What a comparison says of an option, in place of what an earlier one said.
fn take(option: &mut SearchOption, compared: Compared) {
    let is_figure = |constraint: &str| OF_FIGURES.contains(&constraint);
    option.violations.retain(|violation| !is_figure(violation.constraint));
    option.undecided.retain(|undecided| !is_figure(undecided.constraint));
    compared.values.into_iter().for_each(|(place, value)| option.values[place] = value);
    option.violations.extend(compared.violations);
    option.undecided.extend(compared.undecided);
}

fn answer(
    asked: &Asked<'_>,
    found: Found,
    options: Vec<SearchOption>,
    measured: usize,
    mut assumptions: BTreeSet<String>,
) -> Result<Answer<SearchResult>> {
    // Whoever takes an option up gets a scenario that can be made.
    options.iter().try_for_each(|option| option.scenario(asked.base).map(|_: Scenario| ()))?;
    assumptions.extend(options.iter().flat_map(|option| option.assumptions.iter().cloned()));
    let cited = options.iter().flat_map(|option| option.evidence.iter().copied());
    let basis = basis(asked.base, cited);
    let value = SearchResult {
        options,
        objectives: asked.objectives.clone(),
        found: measured,
        method: found.method,
        is_finished: found.is_finished,
        impossible: found.impossible,
        not_tried: found.not_tried,
    };
    let question = serde_json::to_value(asked.draft).unwrap_or_else(|_| serde_json::json!({}));
    let method = value.method.name.clone();
    let (verdict, is_finished) = (verdict(&value), value.is_finished);
    let mut answer = envelope(asked.base, "scenario", question, asked.needs, &method, value);
    if let Some(question) = answer.question.as_object_mut() {
        question.insert("kind".to_owned(), "search".into());
    }
    answer.verdict = Some(verdict);
    if !is_finished {
        let why = "the deadline ended the search: what came to be known until then is told".to_owned();
        let missing = Missing { source: SourceId("search".to_owned()), scope: "options".to_owned(), why, since: None };
        answer.status = Status::Partial { missing: vec![missing] };
    }
    answer.basis = basis;
    answer.assumptions = assumptions.into_iter().collect();
    answer.seed = Some(asked.draft.seed);
    Ok(answer)
}

fn verdict(result: &SearchResult) -> String {
    let allowed = result.options.iter().filter(|option| option.is_allowed());
    let open = allowed.clone().filter(|option| !option.undecided.is_empty()).count();
    let kept = allowed.count() - open;
    let ended = if result.is_finished { "" } else { "; the deadline ended the search" };
    let what = match (result.options.len(), kept, open) {
        (0, ..) if !result.is_finished => "nothing was found yet".to_owned(),
        (0, ..) if result.impossible.is_empty() => "there is nothing to propose".to_owned(),
        (_, 0, 0) => "no option that was found keeps all constraints".to_owned(),
        (told, 0, open) => {
            format!("no option is known to keep all constraints: of {open} of the {told} that are told nobody knows")
        }
        (told, kept, 0) => format!("{kept} of the {told} options that are told keep all constraints"),
        (told, kept, open) => {
            format!("{kept} of the {told} options that are told keep all constraints, and of {open} nobody knows")
        }
    };
    what + ended
}
