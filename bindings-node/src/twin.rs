//! The twin.

use std::sync::{Arc, Mutex, PoisonError};

use napi::Env;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi_derive::napi;
use serde::Deserialize;
use twin_connectors::{CompareOptions, ScanOptions, keep, scan_into, scan_json};
use twin_core::answer::Reply;
use twin_core::base::{Context, Handle, Timestamp};
use twin_core::identity::HumanDecision;
use twin_core::observe::{Batch, CapabilityDraft, PageDraft, Scope, Source, SourceId};
use twin_core::simulate::backtest::BacktestDraft;
use twin_core::simulate::prediction::Reality;
use twin_core::{At, ChangesSince, Twin, changes_json, check_source, diagnostics_json};

use crate::answer::NativeAnswer;
use crate::arguments::{Moment, Opening, Since, Terms, Times, moment, read};
use crate::problem::{Problem, Result, raised};
use crate::snapshot::{NativeScenario, NativeSnapshot, json};
use crate::source::{Answerer, Host};
use crate::stop::Stop;
use crate::work::on_thread;

/// A twin until it is closed.
#[napi(js_name = "Twin")]
pub struct NativeTwin(Mutex<Option<Arc<Held>>>);

/// Counted while anybody holds it, a thread that works included.
struct Held {
    twin: Twin,
    _handle: Handle,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    pages: Vec<PageDraft>,
    source: String,
    capability: CapabilityDraft,
    #[serde(default)]
    now: Option<Moment>,
    #[serde(default)]
    deadline: Option<crate::arguments::Milliseconds>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Decision {
    Pin { a: String, b: String, now: Option<Moment> },
    Split { a: String, b: String, now: Option<Moment> },
    Unpin { a: String, b: String, now: Option<Moment> },
    Rename { record: String, name: String, now: Option<Moment> },
}

#[napi]
impl NativeTwin {
    /// Reads a folder.
    #[napi]
    pub fn scan<'e>(&self, env: &'e Env, path: String, terms: String, stop: &Stop) -> napi::Result<Object<'e>> {
        let (held, stop) = (raised(env, self.held())?, stop.clone());
        on_thread(env, move || {
            let terms: Terms = read(&terms)?;
            let path: String = read(&path)?;
            held.scan(&path, terms, &stop).map_err(|problem| problem.after(stop.told()))
        })
    }

    /// Reads a source of the host's own to its end.
    #[napi]
    pub fn sync<'e>(&self, env: &'e Env, terms: String, stop: &Stop, host: Answerer) -> napi::Result<Object<'e>> {
        let (held, stop) = (raised(env, self.held())?, stop.clone());
        on_thread(env, move || held.sync(&read(&terms)?, &stop, host).map_err(|problem| problem.after(stop.told())))
    }

    /// Takes pages of a source.
    #[napi]
    pub fn apply<'e>(&self, env: &'e Env, pages: String, stop: &Stop) -> napi::Result<Object<'e>> {
        let (held, stop) = (raised(env, self.held())?, stop.clone());
        on_thread(env, move || held.apply(read(&pages)?, &stop).map_err(|problem| problem.after(stop.told())))
    }

    /// What taking pages would do to identity.
    #[napi]
    pub fn plan_identity<'e>(&self, env: &'e Env, pages: String, stop: &Stop) -> napi::Result<Object<'e>> {
        let (held, stop) = (raised(env, self.held())?, stop.clone());
        on_thread(env, move || held.plan_identity(read(&pages)?, &stop).map_err(|problem| problem.after(stop.told())))
    }

    /// Holds a source against what every source must keep to.
    #[napi]
    pub fn check_source<'e>(
        &self,
        env: &'e Env,
        terms: String,
        stop: &Stop,
        host: Answerer,
    ) -> napi::Result<Object<'e>> {
        let (held, stop) = (raised(env, self.held())?, stop.clone());
        on_thread(env, move || held.check_source(&read(&terms)?, &stop, host))
    }

    /// Takes a decision about identity.
    #[napi]
    pub fn decide<'e>(&self, env: &'e Env, decision: String) -> napi::Result<Object<'e>> {
        let held = raised(env, self.held())?;
        on_thread(env, move || held.decide(read(&decision)?))
    }

    /// Shows what another process wrote since.
    #[napi]
    pub fn refresh<'e>(&self, env: &'e Env) -> napi::Result<Object<'e>> {
        self.away(env, |twin| Ok(twin.refresh()? as f64))
    }

    /// A comparison as a prediction.
    #[napi]
    pub fn keep<'e>(
        &self,
        env: &'e Env,
        scenario: &NativeScenario,
        options: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        let (held, scenario, stop) = (raised(env, self.held())?, scenario.scenario(), stop.clone());
        on_thread(env, move || {
            let (terms, options) = (read::<Terms>(&terms)?, CompareOptions::from_json(&options)?);
            let kept = keep(&held.twin, &scenario, options, &terms.context(&stop));
            Ok(json(&kept.map_err(|error| Problem::from(error).after(stop.told()))?))
        })
    }

    /// What was kept.
    #[napi]
    pub fn predictions<'e>(&self, env: &'e Env, terms: String, stop: &Stop) -> napi::Result<Object<'e>> {
        self.answered(env, terms, stop, |twin, context| Ok(twin.predictions(At::now(context.now), context)?.into()))
    }

    /// Predictions against what came.
    #[napi]
    pub fn score<'e>(
        &self,
        env: &'e Env,
        reality: String,
        prediction: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        self.answered(env, terms, stop, move |twin, context| {
            let prediction: Option<String> = read(&prediction)?;
            Ok(twin.score(prediction.as_deref(), &Reality::from_json(&reality)?, context)?.into())
        })
    }

    /// The past against what was known before.
    #[napi]
    pub fn backtest<'e>(&self, env: &'e Env, draft: String, terms: String, stop: &Stop) -> napi::Result<Object<'e>> {
        self.answered(env, terms, stop, move |twin, context| {
            Ok(twin.backtest(&BacktestDraft::from_json(&draft)?, context)?.into())
        })
    }

    /// What was said of an entity over time.
    #[napi]
    pub fn history<'e>(&self, env: &'e Env, entity: String) -> napi::Result<Object<'e>> {
        self.away(env, move |twin| Ok(twin.history(&read::<String>(&entity)?)?.to_json()))
    }

    /// A page of what changed.
    #[napi]
    pub fn changes_since<'e>(&self, env: &'e Env, since: String) -> napi::Result<Object<'e>> {
        self.away(env, move |twin| {
            let Since { cursor, most } = read(&since)?;
            Ok(twin.changes_since(cursor.as_deref(), most.unwrap_or(ChangesSince::PAGE))?.to_json())
        })
    }

    /// Verifies the store.
    #[napi]
    pub fn verify<'e>(&self, env: &'e Env) -> napi::Result<Object<'e>> {
        self.away(env, |twin| Ok(twin.verify()?.to_json()))
    }

    /// Copies the store.
    #[napi]
    pub fn backup<'e>(&self, env: &'e Env, path: String) -> napi::Result<Object<'e>> {
        self.away(env, move |twin| Ok(twin.backup(read::<String>(&path)?)?))
    }

    /// Writes the store as lines of JSON.
    #[napi]
    pub fn export_to<'e>(&self, env: &'e Env, path: String) -> napi::Result<Object<'e>> {
        self.away(env, move |twin| Ok(twin.export_to(read::<String>(&path)?)?))
    }

    /// Takes what another twin has exported.
    #[napi]
    pub fn import_from<'e>(&self, env: &'e Env, path: String) -> napi::Result<Object<'e>> {
        self.away(env, move |twin| Ok(diagnostics_json(&twin.import_from(read::<String>(&path)?)?)))
    }

    /// Forgets what was before a time.
    #[napi]
    pub fn retain<'e>(&self, env: &'e Env, since: String) -> napi::Result<Object<'e>> {
        self.away(env, move |twin| Ok(twin.retain(read::<Moment>(&since)?.0)? as f64))
    }

    /// Takes what is personal of a record out of everything.
    #[napi]
    pub fn redact<'e>(&self, env: &'e Env, record: String) -> napi::Result<Object<'e>> {
        self.away(env, move |twin| Ok(twin.redact(&twin.record(&read::<String>(&record)?)?)?.to_json()))
    }

    /// An immutable view.
    #[napi]
    pub fn snapshot(&self, env: &Env, times: String) -> napi::Result<NativeSnapshot> {
        raised(env, self.held().and_then(|held| Ok(NativeSnapshot::of(held.twin.as_of(read::<Times>(&times)?.at())?))))
    }

    /// Where a source goes on.
    #[napi]
    pub fn cursor(&self, env: &Env, source: String) -> napi::Result<Option<String>> {
        raised(env, self.held().and_then(|held| held.cursor(read(&source)?)))
    }

    /// Counts the commits that changed anything.
    #[napi(getter)]
    pub fn revision(&self, env: &Env) -> napi::Result<f64> {
        raised(env, self.held().map(|held| held.twin.revision() as f64))
    }

    /// Lets go of the store. Work that runs holds it to its end.
    #[napi]
    pub fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl NativeTwin {
    /// Opens a store.
    pub fn open(arguments: &str) -> Result<Self> {
        let Opening { path, read_only } = read(arguments)?;
        let twin = if read_only == Some(true) { Twin::open_read_only(path)? } else { Twin::open(path)? };
        Ok(Self::of(twin))
    }

    /// A twin that forgets.
    pub fn in_memory() -> Self {
        Self::of(Twin::in_memory())
    }

    fn of(twin: Twin) -> Self {
        NativeTwin(Mutex::new(Some(Arc::new(Held { twin, _handle: Handle::new() }))))
    }

    /// Does what nobody stops, away from the event loop.
    fn away<'e, T>(
        &self,
        env: &'e Env,
        job: impl FnOnce(&Twin) -> Result<T> + Send + 'static,
    ) -> napi::Result<Object<'e>>
    where
        T: Send + ToNapiValue + 'static,
    {
        let held = raised(env, self.held())?;
        on_thread(env, move || job(&held.twin))
    }

    /// Asks the twin on a thread.
    fn answered<'e>(
        &self,
        env: &'e Env,
        terms: String,
        stop: &Stop,
        ask: impl FnOnce(&Twin, &Context) -> Result<Reply> + Send + 'static,
    ) -> napi::Result<Object<'e>> {
        let (held, stop) = (raised(env, self.held())?, stop.clone());
        on_thread(env, move || {
            let context = read::<Terms>(&terms)?.context(&stop);
            Ok(NativeAnswer::of(ask(&held.twin, &context).map_err(|problem| problem.after(stop.told()))?))
        })
    }

    fn held(&self) -> Result<Arc<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(Problem::closed)
    }
}

impl Held {
    fn scan(&self, path: &str, terms: Terms, stop: &Stop) -> Result<String> {
        let context = terms.context(stop);
        let default = ScanOptions::default();
        let options = ScanOptions { name: terms.name, context, skip: terms.skip.unwrap_or(default.skip), ..default };
        let (receipt, report) = scan_into(&self.twin, path, &options)?;
        Ok(scan_json(&receipt, &report))
    }

    fn sync(&self, terms: &Terms, stop: &Stop, answerer: Answerer) -> Result<String> {
        let context = terms.context(stop);
        let host = self.host(terms, stop, answerer)?;
        let mut source = host.make(0, &context)?;
        Ok(self.twin.sync(&host.name, &mut source, &context)?.to_json())
    }

    fn host(&self, terms: &Terms, stop: &Stop, answerer: Answerer) -> Result<Host> {
        let name = terms.name.clone().ok_or_else(|| Problem::invalid("a source needs a name"))?;
        let (schema, cancel) = (self.twin.schema().clone(), stop.cancel_flag());
        Ok(Host { answerer: Arc::new(answerer), name: SourceId(name), schema, cancel })
    }

    fn apply(&self, arguments: Pages, stop: &Stop) -> Result<String> {
        let (batches, context) = self.batches(arguments, stop)?;
        Ok(self.twin.apply_within(batches, &context)?.to_json())
    }

    fn plan_identity(&self, arguments: Pages, stop: &Stop) -> Result<String> {
        let (batches, context) = self.batches(arguments, stop)?;
        Ok(self.twin.plan_identity(batches, &context)?.to_json())
    }

    fn batches(&self, arguments: Pages, stop: &Stop) -> Result<(Vec<Batch>, Context)> {
        let Pages { pages, source, capability, now, deadline } = arguments;
        let capability = capability.capability(&source, self.twin.schema())?;
        let source = SourceId(source);
        let pages = pages.into_iter().map(|page| page.page(&source, &capability, self.twin.schema()).batch);
        Ok((pages.collect(), Terms { now, deadline, ..Terms::default() }.context(stop)))
    }

    fn check_source(&self, terms: &Terms, stop: &Stop, answerer: Answerer) -> Result<String> {
        let host = self.host(terms, stop, answerer)?;
        let context = Context::new(moment(terms.now));
        let mut numbers = 0..;
        let mut make = || {
            let source = host.make(numbers.next().unwrap_or_default(), &context)?;
            Ok(Box::new(source) as Box<dyn Source>)
        };
        let checks = check_source(&mut make, &host.schema, context.now)?;
        Ok(serde_json::to_string(&checks).unwrap_or_default())
    }

    fn decide(&self, decision: Decision) -> Result<String> {
        let record = |name: &str| self.twin.record(name);
        let (decision, now) = match decision {
            Decision::Pin { a, b, now } => (HumanDecision::Pin { a: record(&a)?, b: record(&b)? }, now),
            Decision::Split { a, b, now } => (HumanDecision::Split { a: record(&a)?, b: record(&b)? }, now),
            Decision::Unpin { a, b, now } => (HumanDecision::Unpin { a: record(&a)?, b: record(&b)? }, now),
            Decision::Rename { record: of, name, now } => (HumanDecision::Name { record: record(&of)?, name }, now),
        };
        let now: Timestamp = moment(now);
        Ok(changes_json(&self.twin.decide(decision, now)?))
    }

    fn cursor(&self, source: String) -> Result<Option<String>> {
        let cursor = self.twin.cursor(&Scope::new(&SourceId(source), ""));
        Ok(cursor.filter(|cursor| !cursor.is_empty()))
    }
}
