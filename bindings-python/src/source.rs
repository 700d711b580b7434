//! A source that is written in Python, as the core reads it.

use std::sync::Arc;

use pyo3::prelude::*;
use twin_core::base::{Context, Result};
use twin_core::observe::{Capability, CapabilityDraft, Page, PageDraft, Source, SourceId};
use twin_core::schema::Schema;

use crate::errors::OrRaise;
use crate::moments::datetime;
use crate::plain;
use crate::work::Caller;

/// The terms under which a source is read: what time it is, and whether to go on.
///
/// >>> class Empty(twin.Source):
/// ...     capability = twin.Capability(reads=["Component"])
/// ...     def read(self, cursor, context):
/// ...         context.check()
/// ...         return twin.Page(twin.Batch.full(scope=f"as of {context.now:%Y}"))
/// >>> t.sync(Empty(), now="2026-11-24").rejected
/// 0
#[pyclass(frozen, module = "twin")]
pub struct SourceContext(Context);

#[pymethods]
impl SourceContext {
    /// The moment that the host calls now.
    ///
    /// >>> class Clock(twin.Source):
    /// ...     capability = twin.Capability(reads=["Component"])
    /// ...     def read(self, cursor, context):
    /// ...         print(context.now)
    /// ...         return twin.Page(twin.Batch.full())
    /// >>> _ = t.sync(Clock(), now="2026-11-24")
    /// 2026-11-24 00:00:00+00:00
    #[getter]
    fn now<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0.now)
    }

    /// Raises `CancelledError` if the host asked to stop, and `LimitError` if the deadline has passed.
    ///
    /// >>> class Slow(twin.Source):
    /// ...     capability = twin.Capability(reads=["Component"])
    /// ...     def read(self, cursor, context):
    /// ...         while True:
    /// ...             context.check()
    /// >>> t.sync(Slow(), deadline=0.01)
    /// Traceback (most recent call last):
    /// twin.errors.LimitError: the deadline has passed
    fn check(&self, py: Python<'_>) -> PyResult<()> {
        self.0.check().or_raise(py)
    }
}

/// A source of the host's, whose Python runs on the caller's thread.
pub struct HostSource {
    caller: Caller,
    source: Arc<Py<PyAny>>,
    name: SourceId,
    capability: Capability,
    schema: Schema,
}

impl HostSource {
    /// Asks the source what it can see.
    pub fn new(caller: &Caller, source: Py<PyAny>, name: &SourceId, schema: &Schema) -> Result<HostSource> {
        let source = Arc::new(source);
        let asked = source.clone();
        let draft = caller.run(move |py| plain::call(py, "capability_of", (asked.bind(py),))?.extract::<String>())?;
        let capability = CapabilityDraft::from_json(&draft)?.capability(&name.0, schema)?;
        Ok(HostSource { caller: caller.clone(), source, name: name.clone(), capability, schema: schema.clone() })
    }
}

impl Source for HostSource {
    fn capability(&self) -> Capability {
        self.capability.clone()
    }

    fn read(&mut self, cursor: Option<&str>, context: &Context) -> Result<Page> {
        let (source, cursor, context) = (self.source.clone(), cursor.map(str::to_owned), context.clone());
        let read = move |py: Python<'_>| {
            plain::call(py, "page_of", (source.bind(py), cursor, SourceContext(context)))?.extract::<String>()
        };
        let page = PageDraft::from_json(&self.caller.run(read)?)?;
        Ok(page.page(&self.name, &self.capability, &self.schema))
    }
}
