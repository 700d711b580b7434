//! Recorded requests, played again with a change: what it does to latency, errors and those who are asked.
//!
//! A trace is the model of its request: who was asked, in which order, and how long each part took by itself. Requests are played again as they were recorded, with what
//! changes; services with so many workers queue what comes, callers give up and try again as their policies say. What is correlated in a request stays correlated, and
//! what a change does not touch stays as it was, exactly.

mod asked;
mod branches;
mod chance;
mod change;
mod criticality;
mod likely;
mod limits;
mod links;
mod measured;
mod misses;
mod names;
mod order;
mod pauses;
mod places;
mod policy;
mod pool;
mod predict;
mod recording;
mod run;
mod span;
mod station;
mod template;
mod trace;
mod usual;

pub(super) use chance::wilson;
pub(super) use change::MOST_REQUESTS;
pub use change::TrafficChange;
pub(super) use criticality::{Calls, Need, needs};
pub(super) use measured::order_statistics;
pub use measured::{MeasuredEndpoint, MeasuredFigure, measured};
pub use names::Names;
pub(super) use names::plain;
pub(super) use places::{RecordedService, told_apart};
pub use policy::{
    Breaker, CallPolicy, Criticality, DeclaredCall, OperationName, Policies, PoliciesDraft, ServicePolicy,
};
pub use predict::{
    ENOUGH_FOR_P999, ENOUGH_FOR_UTILISATION, EndpointForecast, Expected, Forecast, Reached, ServiceLoad, TimeSpent,
    forecast,
};
pub(super) use predict::{forecast_by, quantiles};
pub(in crate::simulate) use recording::Touched;
pub use recording::{Recording, SkippedSpans};
pub use span::{Span, SpanKind};
pub use template::TemplateOutcome;
pub(super) use template::{CallTemplate, Template, learn};
