//! A service that embeds the engine: questions over HTTP, answered from whatever snapshot is the last one.
//!
//! Each answer is the core's own canonical JSON, with its evidence, freshness and blind spots; each error says what, where and what to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use twin_core::base::{Error, ErrorKind, Result, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::wire::page;
use twin_core::{At, Question, Twin};

/// What requests share: the twin, and the clock that it does not have.
#[derive(Clone)]
pub struct Service {
    twin: Arc<Twin>,
    clock: fn() -> Result<Timestamp>,
}

impl Service {
    /// A service over a twin. Whoever holds the twin too may apply to it: the next request sees it.
    pub fn new(twin: Arc<Twin>, clock: fn() -> Result<Timestamp>) -> Self {
        Service { twin, clock }
    }

    fn snapshot(&self) -> Result<Snapshot> {
        Ok(self.twin.snapshot(At::now((self.clock)()?)))
    }

    /// The routes: `/` shows the map, `/ask/KIND?entity=…` answers the question of that kind.
    pub fn router(self) -> Router {
        Router::new().route("/", get(map)).route("/ask/{kind}", get(ask)).with_state(self)
    }
}

async fn map(State(service): State<Service>) -> Response {
    let drawn = move || Ok(Html(page(&service.snapshot()?, "Twin")));
    told(tokio::task::spawn_blocking(drawn).await)
}

/// Questions are pure computation: they run beside the threads that serve requests.
async fn ask(
    State(service): State<Service>,
    Path(kind): Path<String>,
    Query(mut fields): Query<BTreeMap<String, String>>,
) -> Response {
    fields.insert("kind".to_owned(), kind);
    let answered = move || Ok(([(header::CONTENT_TYPE, "application/json")], answer(&service, &fields)?));
    told(tokio::task::spawn_blocking(answered).await)
}

fn answer(service: &Service, fields: &BTreeMap<String, String>) -> Result<String> {
    let question = serde_json::to_string(fields)
        .map_err(|error| Error::new(ErrorKind::Invalid, "this is no question").because(error))?;
    let question = Question::from_json(&question)?;
    Ok(service.snapshot()?.ask(&question)?.to_json())
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Unknown => StatusCode::NOT_FOUND,
        ErrorKind::Ambiguous => StatusCode::MULTIPLE_CHOICES,
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a task gave: an error is told with its code; a task that was cut short is the server's fault.
fn told(done: std::result::Result<Result<impl IntoResponse>, tokio::task::JoinError>) -> Response {
    match done {
        Ok(Ok(given)) => given.into_response(),
        Ok(Err(error)) => (status(error.kind()), format!("{}: {error}\n", error.kind().code())).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
