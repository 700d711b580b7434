//! A table of the host's own, and which of its records are one thing.

use std::sync::{Arc, Mutex, PoisonError};

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use serde::Serialize;
use twin_core::answer::{Table, canonical};
use twin_core::base::{Context, Handle};
use twin_core::identity::resolve::{Resolution, TableDraft, TableRows};
use twin_core::wire::resolution_html;

use crate::arguments::{Terms, read};
use crate::columns::{NativeTable, columns};
use crate::problem::{Problem, Result};
use crate::stop::Stop;
use crate::work::{Asked, asked, on_thread};

/// How many rows are written as one text, so that the event loop goes on between.
const AT_ONCE: usize = 1000;

/// A table while it is handed over.
#[napi(js_name = "Rows")]
pub struct NativeRows {
    rows: Arc<Mutex<Option<TableRows>>>,
    context: Context,
    stop: Stop,
}

impl NativeRows {
    /// Begins to read a table.
    pub fn new(options: &str, terms: &str, stop: Stop) -> Result<Self> {
        let rows = TableRows::new(TableDraft::from_json(options)?)?;
        let context = read::<Terms>(terms)?.context(&stop);
        Ok(NativeRows { rows: Arc::new(Mutex::new(Some(rows))), context, stop })
    }
}

#[napi]
impl NativeRows {
    /// Takes a page of rows, and says how many letters that was.
    #[napi]
    pub fn take(&self, page: String) -> Asked<u32> {
        let (rows, context, stop) = (self.rows.clone(), self.context.clone(), self.stop.clone());
        asked(move || {
            let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            let rows = rows.as_mut().ok_or_else(Problem::closed)?;
            rows.take(&page, &context).map_err(|error| Problem::from(error).after(stop.told()))?;
            Ok(u32::try_from(page.len()).unwrap_or(u32::MAX))
        })
    }

    /// Resolves all rows.
    #[napi]
    pub fn resolve<'e>(&self, env: &'e Env) -> napi::Result<Object<'e>> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (context, stop) = (self.context.clone(), self.stop.clone());
        on_thread(env, move || {
            let resolved = rows.ok_or_else(Problem::closed)?.resolve(&context);
            NativeResolution::of(resolved.map_err(|error| Problem::from(error).after(stop.told()))?)
        })
    }
}

/// Records with the things that they are.
#[napi(js_name = "Resolution")]
#[derive(Clone)]
pub struct NativeResolution {
    resolution: Arc<Resolution>,
    clusters: Arc<Table>,
    _handle: Handle,
}

impl NativeResolution {
    fn of(resolution: Resolution) -> Result<Self> {
        let clusters = Arc::new(resolution.table()?);
        Ok(NativeResolution { resolution: Arc::new(resolution), clusters, _handle: Handle::new() })
    }

    fn pair<T: Serialize>(
        &self,
        ids: String,
        tell: impl FnOnce(&Resolution, &str, &str) -> twin_core::base::Result<T> + Send + 'static,
    ) -> Asked<String> {
        let own = self.clone();
        asked(move || {
            let (a, b) = read::<(String, String)>(&ids)?;
            Ok(json(&tell(&own.resolution, &a, &b)?))
        })
    }

    fn listed<T: Serialize>(&self, list: impl FnOnce(&Resolution) -> Vec<T> + Send + 'static) -> Asked<Vec<String>> {
        let own = self.clone();
        asked(move || Ok(list(&own.resolution).chunks(AT_ONCE).map(json).collect()))
    }
}

#[napi]
impl NativeResolution {
    /// How many records were resolved.
    #[napi(getter)]
    pub fn size(&self) -> u32 {
        u32::try_from(self.resolution.len()).unwrap_or(u32::MAX)
    }

    /// The id and the cluster of each record.
    #[napi]
    pub fn clusters(&self) -> NativeTable {
        columns(Table::clone(&self.clusters))
    }

    /// The ids of each thing.
    #[napi]
    pub fn things(&self) -> Asked<Vec<String>> {
        self.listed(|resolution| {
            let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<String>>();
            resolution.things().into_iter().map(owned).collect()
        })
    }

    /// What speaks for and against a pair.
    #[napi]
    pub fn explain(&self, ids: String) -> Asked<String> {
        self.pair(ids, Resolution::explain)
    }

    /// How likely a pair is one thing.
    #[napi]
    pub fn probability(&self, ids: String) -> Asked<String> {
        self.pair(ids, Resolution::probability)
    }

    /// Why a pair is two things.
    #[napi]
    pub fn why_not(&self, ids: String) -> Asked<String> {
        self.pair(ids, Resolution::why_not)
    }

    /// What a person should look at.
    #[napi]
    pub fn review(&self, limit: u32) -> Asked<Vec<String>> {
        self.listed(move |resolution| resolution.review(limit as usize))
    }

    /// What was kept apart for its role.
    #[napi]
    pub fn related(&self) -> Asked<Vec<String>> {
        self.listed(Resolution::related)
    }

    /// Decisions about records that are not there.
    #[napi]
    pub fn ignored(&self) -> String {
        json(self.resolution.ignored())
    }

    /// A fragment for a portal.
    #[napi]
    pub fn to_html(&self) -> Asked<String> {
        let own = self.clone();
        asked(move || Ok(resolution_html(&own.resolution)))
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    canonical(&serde_json::to_value(value).unwrap_or_default())
}
