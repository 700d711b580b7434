//! Snapshots, and worlds that differ from them.

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use serde::Serialize;
use twin_connectors::{
    CompareOptions, Planned, ScanOptions, call_templates, compare, critical_path, next_questions, scenario_of_folders,
    scenario_of_terraform_plan, search,
};
use twin_core::Question;
use twin_core::analysis::{EntityRef, IncidentDraft, suspects};
use twin_core::answer::{Profile, Reply, canonical};
use twin_core::base::{self, Context, Handle};
use twin_core::graph::Snapshot;
use twin_core::simulate::future::as_of_future;
use twin_core::simulate::search::SearchDraft;
use twin_core::simulate::{ChangeDraft, ChoiceDraft, Scenario, outcome};
use twin_core::wire::{component_map, map_svg, mermaid, page};

use crate::answer::NativeAnswer;
use crate::arguments::{Dated, Needs, Terms, read};
use crate::problem::{Problem, Result, raised};
use crate::stop::Stop;
use crate::work::{Asked, asked, on_thread};

/// An immutable view.
#[napi(js_name = "Snapshot")]
#[derive(Clone)]
pub struct NativeSnapshot {
    snapshot: Snapshot,
    _handle: Handle,
}

/// A world that differs from its base.
#[napi(js_name = "Scenario")]
#[derive(Clone)]
pub struct NativeScenario {
    scenario: Scenario,
    _handle: Handle,
}

impl NativeScenario {
    /// The scenario itself.
    pub fn scenario(&self) -> Scenario {
        self.scenario.clone()
    }
}

impl NativeSnapshot {
    /// With its handle.
    pub fn of(snapshot: Snapshot) -> Self {
        NativeSnapshot { snapshot, _handle: Handle::new() }
    }

    fn told(&self, tell: impl FnOnce(&Snapshot) -> String + Send + 'static) -> Asked<String> {
        let NativeSnapshot { snapshot, _handle } = self.clone();
        asked(move || Ok(tell(&snapshot)).inspect(|_| drop(_handle)))
    }
}

#[napi]
impl NativeSnapshot {
    /// Answers a question.
    #[napi]
    pub fn ask(&self, question: String) -> Asked<NativeAnswer> {
        let own = self.clone();
        asked(move || Ok(NativeAnswer::of(own.snapshot.ask(&Question::from_json(&question)?)?)))
    }

    /// Finds one entity.
    #[napi]
    pub fn find(&self, env: &Env, name: String) -> napi::Result<String> {
        raised(env, self.found(&name))
    }

    /// What changed since an earlier snapshot.
    #[napi]
    pub fn diff(&self, earlier: &NativeSnapshot) -> Asked<NativeAnswer> {
        let (own, earlier) = (self.clone(), earlier.clone());
        asked(move || Ok(NativeAnswer::of(own.snapshot.diff(&earlier.snapshot).into())))
    }

    /// Change sets for an aim.
    #[napi]
    pub fn search<'e>(
        &self,
        env: &'e Env,
        question: String,
        options: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        self.compared(env, options, terms, stop, move |base, given, context| {
            Ok(search(base, &SearchDraft::from_json(&question)?, given, context)?.into())
        })
    }

    /// Which input would turn a choice between scenarios.
    #[napi]
    pub fn next_questions<'e>(
        &self,
        env: &'e Env,
        choice: String,
        options: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        self.compared(env, options, terms, stop, move |base, given, context| {
            Ok(next_questions(base, &ChoiceDraft::from_json(&choice)?, given, context)?.into())
        })
    }

    /// What may have caused a symptom.
    #[napi]
    pub fn suspects<'e>(&self, env: &'e Env, incident: String, terms: String, stop: &Stop) -> napi::Result<Object<'e>> {
        self.worked(env, terms, stop, move |base, context| {
            Ok(suspects(base, &IncidentDraft::from_json(&incident)?, context)?.into())
        })
    }

    /// What was learnt of requests.
    #[napi]
    pub fn call_templates<'e>(
        &self,
        env: &'e Env,
        options: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        self.compared(env, options, terms, stop, move |base, given, context| {
            Ok(call_templates(base, given, context)?.into())
        })
    }

    /// What recorded requests wait for.
    #[napi]
    pub fn critical_path<'e>(
        &self,
        env: &'e Env,
        traces: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        let traces: Vec<String> = raised(env, read(&traces))?;
        self.worked(env, terms, stop, move |base, context| Ok(critical_path(base, &traces, context)?.into()))
    }

    /// A world with what is gone at a moment.
    #[napi]
    pub fn as_of_future(&self, dated: String) -> Asked<NativeScenario> {
        let own = self.clone();
        asked(move || {
            let Dated { until, events } = read(&dated)?;
            let scenario = as_of_future(&own.snapshot, until.0, &events.unwrap_or_default())?;
            Ok(NativeScenario { scenario, _handle: Handle::new() })
        })
    }

    /// A world with some changes.
    #[napi]
    pub fn scenario(&self, env: &Env, name: String, changes: String) -> napi::Result<NativeScenario> {
        raised(env, self.changed(&name, &changes))
    }

    /// A world with what differs between two versions of a folder.
    #[napi]
    pub fn scenario_from_folders<'e>(
        &self,
        env: &'e Env,
        folders: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        let (own, stop) = (self.clone(), stop.clone());
        on_thread(env, move || {
            let (name, before, after): (String, String, String) = read(&folders)?;
            let context = read::<Terms>(&terms)?.context(&stop);
            let options = ScanOptions { context, ..ScanOptions::default() };
            given(scenario_of_folders(&own.snapshot, &name, before, after, &options), &stop)
        })
    }

    /// A world with what a plan of Terraform changes.
    #[napi]
    pub fn scenario_from_terraform_plan<'e>(
        &self,
        env: &'e Env,
        plan: String,
        terms: String,
        stop: &Stop,
    ) -> napi::Result<Object<'e>> {
        let (own, stop) = (self.clone(), stop.clone());
        on_thread(env, move || {
            let (name, path): (String, String) = read(&plan)?;
            let context = read::<Terms>(&terms)?.context(&stop);
            given(scenario_of_terraform_plan(&own.snapshot, &name, path, &context), &stop)
        })
    }

    /// One page that needs nothing else.
    #[napi]
    pub fn to_html(&self) -> Asked<String> {
        self.told(|snapshot| page(snapshot, snapshot.scenario_name().unwrap_or("Twin")))
    }

    /// A picture.
    #[napi]
    pub fn to_svg(&self) -> Asked<String> {
        self.told(|snapshot| map_svg(snapshot, &component_map(snapshot)))
    }

    /// A diagram as text.
    #[napi]
    pub fn to_mermaid(&self) -> Asked<String> {
        self.told(mermaid)
    }

    /// Revision, times, now, size and name.
    #[napi]
    pub fn facts(&self) -> String {
        let snapshot = &self.snapshot;
        json(&serde_json::json!({
            "revision": snapshot.revision(),
            "as_of": snapshot.as_of(),
            "now": snapshot.now(),
            "size": snapshot.len(),
            "scenario_name": snapshot.scenario_name(),
        }))
    }
}

impl NativeSnapshot {
    /// Long work that takes what a comparison takes.
    fn compared<'e>(
        &self,
        env: &'e Env,
        options: String,
        terms: String,
        stop: &Stop,
        work: impl FnOnce(&Snapshot, CompareOptions, &Context) -> base::Result<Reply> + Send + 'static,
    ) -> napi::Result<Object<'e>> {
        self.worked(env, terms, stop, move |base, context| work(base, CompareOptions::from_json(&options)?, context))
    }

    /// Long work.
    fn worked<'e>(
        &self,
        env: &'e Env,
        terms: String,
        stop: &Stop,
        work: impl FnOnce(&Snapshot, &Context) -> base::Result<Reply> + Send + 'static,
    ) -> napi::Result<Object<'e>> {
        let (own, stop) = (self.clone(), stop.clone());
        on_thread(env, move || {
            let context = read::<Terms>(&terms)?.context(&stop);
            let reply = work(&own.snapshot, &context);
            Ok(NativeAnswer::of(reply.map_err(|error| Problem::from(error).after(stop.told()))?))
        })
    }

    fn found(&self, name: &str) -> Result<String> {
        let node = self.snapshot.find(&read::<String>(name)?)?;
        Ok(json(&EntityRef::of(&self.snapshot, node)))
    }

    fn changed(&self, name: &str, changes: &str) -> Result<NativeScenario> {
        let changes = ChangeDraft::list_from_json(changes)?;
        let scenario = Scenario::of(&self.snapshot, read::<String>(name)?, &changes)?;
        Ok(NativeScenario { scenario, _handle: Handle::new() })
    }
}

#[napi]
impl NativeScenario {
    /// What follows from the changes.
    #[napi]
    pub fn outcome(&self, needs: String) -> Asked<NativeAnswer> {
        let own = self.clone();
        asked(move || {
            let needs = read::<Needs>(&needs)?.needs;
            let needs = needs.as_deref().map_or(Ok(Profile::default()), Profile::parse)?;
            Ok(NativeAnswer::of(outcome(&own.scenario, needs).into()))
        })
    }

    /// The scenario against its base in every dimension.
    #[napi]
    pub fn compare<'e>(&self, env: &'e Env, options: String, terms: String, stop: &Stop) -> napi::Result<Object<'e>> {
        let (own, stop) = (self.clone(), stop.clone());
        on_thread(env, move || {
            let context = read::<Terms>(&terms)?.context(&stop);
            let compared =
                CompareOptions::from_json(&options).and_then(|given| compare(&own.scenario, given, &context));
            Ok(NativeAnswer::of(compared.map_err(|error| Problem::from(error).after(stop.told()))?.into()))
        })
    }

    /// The world after the changes.
    #[napi]
    pub fn snapshot(&self) -> NativeSnapshot {
        NativeSnapshot::of(self.scenario.snapshot())
    }

    /// The name.
    #[napi(getter)]
    pub fn name(&self) -> String {
        self.scenario.name().to_owned()
    }

    /// Changes, assumptions, and what is left out.
    #[napi]
    pub fn facts(&self) -> String {
        json(&serde_json::json!({
            "changes": self.scenario.drafts(),
            "assumptions": self.scenario.assumptions(),
            "left_out": self.scenario.left_out(),
        }))
    }
}

/// The scenario of what is planned elsewhere.
fn given(planned: twin_core::base::Result<Planned>, stop: &Stop) -> Result<NativeScenario> {
    let planned = planned.map_err(|error| Problem::from(error).after(stop.told()))?;
    Ok(NativeScenario { scenario: planned.scenario, _handle: Handle::new() })
}

pub fn json<T: Serialize>(value: &T) -> String {
    canonical(&serde_json::to_value(value).unwrap_or_default())
}
