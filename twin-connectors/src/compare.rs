//! A scenario held against its base with recorded requests that lie in files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use twin_connector_base::Payload;
use twin_connector_telemetry::otlp::requests;
use twin_core::Twin;
use twin_core::analysis::DataPolicy;
use twin_core::answer::{Answer, Missing, Profile, Status};
use twin_core::base::{Context, Error, ErrorKind, Limits, Result};
use twin_core::graph::{Node, Snapshot};
use twin_core::observe::{Diagnostic, SourceId};
use twin_core::simulate::next_question::NextQuestion;
use twin_core::simulate::prediction::Prediction;
use twin_core::simulate::replay::{Policies, PoliciesDraft, Span};
use twin_core::simulate::search::{SearchDraft, SearchResult};
use twin_core::simulate::{
    CallTemplateRow, ChoiceDraft, Comparison, CriticalPathRow, Given, GivenData, Scenario, Traffic, critical_paths,
    next_questions_about,
};

/// What a comparison is made with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CompareOptions {
    /// Files of recorded requests in OTLP. Without them, what the twin has counted of requests stands in, with bounds.
    pub traces: Vec<String>,
    /// What is known of services and calls beside the twin.
    pub policies: PoliciesDraft,
    /// How available some entities are by themselves, in parts per one, by name. Without any nobody knows what happens to availability.
    pub availability: BTreeMap<String, f64>,
    /// By class of data, who holds it of its own, by name. Without any nobody knows where data goes.
    pub data_classes: BTreeMap<String, Vec<String>>,
    /// Where classes of data may be, and how they may move.
    pub data_policies: Vec<DataPolicy>,
    /// Where chance is asked.
    pub seed: u64,
    /// What the question needs of its sources.
    pub needs: Option<String>,
}

impl CompareOptions {
    /// Reads them from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<CompareOptions> {
        let wrong = "this is nothing to compare with";
        serde_json::from_str(text).map_err(|error| Error::misread(wrong, &error))
    }
}

/// Holds a scenario against its base: see [`twin_core::simulate::compare`]. Spans that cannot be read are missing from the answer, which says which.
///
/// # Errors
/// `Io` for a file that cannot be read, and those of the comparison.
pub fn compare(scenario: &Scenario, options: CompareOptions, context: &Context) -> Result<Answer<Comparison>> {
    let needs = options.needs.as_deref().map_or(Ok(Profile::default()), Profile::parse)?;
    let known = Known::of((scenario.base(), scenario.stage()), options, context)?;
    let mut answer = twin_core::simulate::compare(scenario, &known.given(), needs, context)?;
    tell_unread(&mut answer, &known.diagnostics);
    Ok(answer)
}

/// Holds a scenario against its base, and keeps what that says as a prediction at the now of the context: see [`Twin::keep`].
///
/// # Errors
/// Those of [`compare`] and of [`Twin::keep`].
pub fn keep(twin: &Twin, scenario: &Scenario, options: CompareOptions, context: &Context) -> Result<Prediction> {
    let answer = compare(scenario, options, context)?;
    twin.keep(scenario, &answer, context.now)
}

/// Searches change sets: see [`twin_core::simulate::search`]. What the search needs of its sources stands in its question.
///
/// # Errors
/// `Io` for a file that cannot be read, and those of the search.
pub fn search(
    base: &Snapshot,
    question: &SearchDraft,
    options: CompareOptions,
    context: &Context,
) -> Result<Answer<SearchResult>> {
    let known = Known::of((base, base), options, context)?;
    let mut answer = twin_core::simulate::search::search(base, question, &known.given(), context)?;
    tell_unread(&mut answer, &known.diagnostics);
    Ok(answer)
}

/// Finds the inputs that would turn a choice between scenarios: see [`next_questions_about`].
///
/// # Errors
/// `Io` for a file that cannot be read, and those of the search for inputs.
pub fn next_questions(
    base: &Snapshot,
    choice: &ChoiceDraft,
    options: CompareOptions,
    context: &Context,
) -> Result<Answer<Vec<NextQuestion>>> {
    let needs = options.needs.as_deref().map_or(Ok(Profile::default()), Profile::parse)?;
    let known = Known::of((base, base), options, context)?;
    let mut answer = next_questions_about(base, choice, &known.given(), needs, context)?;
    tell_unread(&mut answer, &known.diagnostics);
    Ok(answer)
}

/// What recorded requests wait for: see [`critical_paths`]. Spans that cannot be read are missing from the answer, which says which.
///
/// # Errors
/// `Io` for a file that cannot be read; `Cancelled` and `Limit` as the context says.
pub fn critical_path<P: AsRef<Path>>(
    base: &Snapshot,
    traces: &[P],
    context: &Context,
) -> Result<Answer<Vec<CriticalPathRow>>> {
    let (spans, diagnostics) = recorded(traces, &context.limits)?;
    let mut answer = critical_paths(base, &spans, context)?;
    tell_unread(&mut answer, &diagnostics);
    Ok(answer)
}

/// What was learnt of requests: see [`twin_core::simulate::call_templates`]. Of the options, `traces`, `policies` and `needs` bear on it. Spans that cannot be read are missing from the
/// answer, which says which.
///
/// # Errors
/// `Io` for a file that cannot be read, and those of the templates.
pub fn call_templates(
    base: &Snapshot,
    options: CompareOptions,
    context: &Context,
) -> Result<Answer<Vec<CallTemplateRow>>> {
    let needs = options.needs.as_deref().map_or(Ok(Profile::default()), Profile::parse)?;
    let known = Known::of((base, base), options, context)?;
    let mut answer = twin_core::simulate::call_templates(base, known.traffic.as_ref(), needs, context)?;
    tell_unread(&mut answer, &known.diagnostics);
    Ok(answer)
}

/// What the options come to on a base.
struct Known {
    traffic: Option<Traffic>,
    availability: BTreeMap<Node, f64>,
    data: GivenData,
    diagnostics: Vec<Diagnostic>,
}

impl Known {
    /// Requests are those of the base; names are looked up on the stage, where what a change brings is there as well.
    fn of((base, stage): (&Snapshot, &Snapshot), options: CompareOptions, context: &Context) -> Result<Known> {
        let policies = Policies::of(options.policies)?;
        let (spans, diagnostics) = recorded(&options.traces, &context.limits)?;
        let traffic = (!options.traces.is_empty()).then(|| Traffic::of(&spans, base, policies, options.seed));
        let own = |(name, availability): (&String, &f64)| Ok((stage.find(name)?, *availability));
        let availability = options.availability.iter().map(own).collect::<Result<_>>()?;
        let named = |names: &Vec<String>| names.iter().map(|name| stage.find(name)).collect::<Result<Vec<_>>>();
        let held = |(class, names): (&String, &Vec<String>)| Ok((class.clone(), named(names)?));
        let classes = options.data_classes.iter().map(held).collect::<Result<_>>()?;
        let data = GivenData { classes, policies: options.data_policies };
        Ok(Known { traffic, availability, data, diagnostics })
    }

    fn given(&self) -> Given<'_> {
        let (availability, data) = (self.availability.clone(), self.data.clone());
        Given { traffic: self.traffic.as_ref(), availability, data, baseline: None, is_quick: false }
    }
}

/// Says what could not be read of recorded requests: an answer that rests on the others is not whole.
fn tell_unread<T>(answer: &mut Answer<T>, diagnostics: &[Diagnostic]) {
    answer.blind_spots.extend(unread(diagnostics));
    let mut left_out: BTreeMap<&str, u64> = BTreeMap::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.records > 0) {
        *left_out.entry(diagnostic.locator.path()).or_default() += diagnostic.records;
    }
    let missing: Vec<Missing> = left_out
        .into_iter()
        .map(|(path, records)| Missing {
            source: SourceId("recorded requests".to_owned()),
            scope: path.to_owned(),
            why: format!("{records} of its records could not be read"),
            since: None,
        })
        .collect();
    match &mut answer.status {
        Status::Partial { missing: known } => known.extend(missing),
        status @ Status::Complete if !missing.is_empty() => *status = Status::Partial { missing },
        _ => {}
    }
}

/// What could not be read of recorded requests, the first of it one by one.
fn unread(diagnostics: &[Diagnostic]) -> Vec<String> {
    const TOLD: usize = 20;
    let told = |diagnostic: &Diagnostic| format!("{}: {}", diagnostic.locator, diagnostic.message);
    let more = diagnostics.len().saturating_sub(TOLD);
    let rest = (more > 0).then(|| format!("{more} more of what was recorded could not be read"));
    diagnostics.iter().take(TOLD).map(told).chain(rest).collect()
}

/// The spans of files, in the order of their paths.
///
/// # Errors
/// `Io` for a file that cannot be read.
pub fn recorded<P: AsRef<Path>>(paths: &[P], limits: &Limits) -> Result<(Vec<Span>, Vec<Diagnostic>)> {
    let read = |path: &P| {
        let path = path.as_ref();
        let unreadable = |error| Error::new(ErrorKind::Io, format!("{} cannot be read", path.display())).because(error);
        Ok((path.to_string_lossy().into_owned(), fs::read(path).map_err(unreadable)?))
    };
    let files: Vec<(String, Vec<u8>)> = paths.iter().map(read).collect::<Result<_>>()?;
    let payloads: Vec<Payload<'_>> = files.iter().map(|(path, bytes)| Payload { path, bytes: Ok(bytes) }).collect();
    Ok(requests(&payloads, limits))
}
