//! The shapes of everything that the core writes as JSON for hosts, or reads from them.

use std::collections::BTreeMap;

use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};
use twin_connectors::Report;
use twin_core::analysis::{
    Change, Conflict, CostSummary, CostTableRow, Cycle, Description, Drift, DriftTableRow, EntityRef,
    GoverningDecision, Hit, IdentityReason, IncidentDraft, Neighbour, OwnerRow, ReviewRow, SmellRow, SuspectRow,
    Writers,
};
use twin_core::answer::{AsOf, Freshness, Interval, Profile, ResolvedEvidence, Status};
use twin_core::history::{Redaction, Verified};
use twin_core::identity::resolve::{Explanation, Related, Threshold, Uncertain, WhyNot};
use twin_core::observe::{CapabilityDraft, Perspective, RecordDraft};
use twin_core::schema::{Schema, State};
use twin_core::simulate::availability::Availability;
use twin_core::simulate::backtest::{Backtest, Finding, PastIncident};
use twin_core::simulate::cache::HitRatio;
use twin_core::simulate::cascade::{Cascade, Metastability};
use twin_core::simulate::future::Future;
use twin_core::simulate::latency::LatencySummary;
use twin_core::simulate::next_question::NextQuestion;
use twin_core::simulate::prediction::{FigureScore, KeptPrediction, Prediction, Predictions, Reality, Scores};
use twin_core::simulate::queue_network::QueueNetwork;
use twin_core::simulate::queueing::{Headroom, Queue};
use twin_core::simulate::replay::PoliciesDraft;
use twin_core::simulate::retries::RetryLoad;
use twin_core::simulate::savings::Savings;
use twin_core::simulate::search::{SearchDraft, SearchResult};
use twin_core::simulate::time_to_impact::TimedHit;
use twin_core::simulate::{
    CallTemplateRow, ChangeDraft, ChoiceDraft, Comparison, CriticalPathRow, LeftOut, ModelDraft, ObjectiveDraft,
    Outcome, TradeOff, TradeOffRow,
};
use twin_core::{ChangesSinceTold, HistoryTold, IdentityPlan, Question, ReceiptTold, SourceCheck};

/// Each type by its name.
pub type Shapes = BTreeMap<String, Value>;

/// One field of an object.
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub schema: &'a Value,
    /// Whether it may be left out.
    pub optional: bool,
}

macro_rules! meet {
    ($generator:ident: $($shape:ty),* $(,)?) => {
        $(let _ = $generator.subschema_for::<$shape>();)*
    };
}

/// Everything that hosts read from the core, and what they hand to it.
pub fn shapes() -> Shapes {
    let mut written = SchemaSettings::default().for_serialize().into_generator();
    meet!(written: Change, Conflict, CostSummary, CostTableRow, Cycle, Description, Drift, DriftTableRow, EntityRef,
        GoverningDecision, Hit, IdentityReason, LeftOut, Prediction, Predictions, KeptPrediction, Scores, FigureScore, Backtest, Finding, Neighbour, OwnerRow, ReviewRow, IdentityPlan, AsOf, Freshness, Interval, Profile,
        ResolvedEvidence, Status, Perspective, State, Outcome, Comparison, TradeOff, TradeOffRow, SearchResult, Future, TimedHit, SmellRow, SuspectRow, CriticalPathRow, CallTemplateRow, ReceiptTold, SourceCheck, Report,
        HistoryTold, Availability, HitRatio, Cascade, Headroom, LatencySummary, Metastability, NextQuestion, Queue, QueueNetwork, RetryLoad, Savings, ChangesSinceTold, Redaction, Verified, Explanation, Related, Threshold, Uncertain, WhyNot);
    let mut read = SchemaSettings::default().for_deserialize().into_generator();
    meet!(read: Writers, CapabilityDraft, twin_core::observe::PageDraft, RecordDraft, ChangeDraft, PoliciesDraft, twin_core::analysis::DataPolicy, ObjectiveDraft, ChoiceDraft, ModelDraft, SearchDraft, IncidentDraft, Reality, PastIncident, Question);
    let mut shapes = definitions(&mut read);
    // What hosts write may leave out more than what they are told.
    let drafts: Shapes = shapes
        .iter()
        .filter(|(name, _)| name.ends_with("Draft"))
        .map(|(name, shape)| (name.clone(), shape.clone()))
        .collect();
    shapes.extend(definitions(&mut written));
    shapes.extend(drafts);
    for (name, known) in [("Kind", kinds()), ("Relation", relations())] {
        shapes.insert(
            name.to_owned(),
            serde_json::json!({"description": "Or another that a host registered.", "known": known}),
        );
    }
    shapes
}

fn definitions(generator: &mut SchemaGenerator) -> Shapes {
    let all: Map<String, Value> = generator.take_definitions(true);
    all.into_iter().collect()
}

fn kinds() -> Vec<String> {
    Schema::default().kinds().map(|row| row.name.to_string()).collect()
}

fn relations() -> Vec<String> {
    Schema::default().relations().map(|row| row.name.to_string()).collect()
}

/// The fields of an object's schema.
pub fn fields(schema: &Value) -> Vec<Field<'_>> {
    let required = |name: &str| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required.as_str() == Some(name)))
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, schema)| Field { name, schema, optional: !required(name) }).collect()
}

/// The first paragraph of a description, on one line.
pub fn doc(schema: &Value) -> Option<String> {
    let text = schema["description"].as_str()?;
    Some(text.split("\n\n").next().unwrap_or(text).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The alternatives of a schema, if it has several.
pub fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array())
}

/// The last part of a reference.
pub fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}
