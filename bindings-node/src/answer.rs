//! Answers.

use std::ops::Range;

use napi_derive::napi;
use twin_core::answer::Reply;
use twin_core::base::Handle;
use twin_core::wire::{Axes, answer_html, answer_svg, answer_vega_lite};

use crate::columns::{NativeTable, columns};
use crate::problem::Result;
use crate::work::{Asked, asked};

/// An answer that nobody has read yet.
#[napi(js_name = "Answer")]
#[derive(Clone)]
pub struct NativeAnswer {
    reply: Reply,
    _handle: Handle,
}

impl NativeAnswer {
    /// With its handle.
    pub fn of(reply: Reply) -> Self {
        NativeAnswer { reply, _handle: Handle::new() }
    }

    /// What it holds.
    pub fn reply(&self) -> Reply {
        self.reply.clone()
    }

    fn told<T>(&self, tell: impl FnOnce(&Reply) -> Result<T> + Send + 'static) -> Asked<T>
    where
        T: Send + napi::bindgen_prelude::ToNapiValue + napi::bindgen_prelude::TypeName + 'static,
    {
        let own = self.clone();
        asked(move || tell(&own.reply))
    }
}

#[napi]
impl NativeAnswer {
    /// Everything but the value and its evidence.
    #[napi]
    pub fn envelope(&self) -> String {
        self.reply.envelope_json()
    }

    /// How many rows there are.
    #[napi(getter)]
    pub fn size(&self) -> u32 {
        u32::try_from(self.reply.len()).unwrap_or(u32::MAX)
    }

    /// The whole answer, at once.
    #[napi]
    pub fn text(&self) -> String {
        self.reply.to_json()
    }

    /// The whole answer.
    #[napi]
    pub fn to_json(&self) -> Asked<String> {
        self.told(|reply| Ok(reply.to_json()))
    }

    /// A fragment for a portal.
    #[napi]
    pub fn to_html(&self) -> Asked<String> {
        self.told(|reply| Ok(answer_html(reply)))
    }

    /// The picture of a comparison or a trade-off.
    #[napi]
    pub fn to_svg(&self, axes: String) -> Asked<String> {
        self.told(move |reply| Ok(answer_svg(reply, Axes::from_json(&axes)?)?))
    }

    /// The same for Vega-Lite.
    #[napi]
    pub fn to_vega_lite(&self, axes: String) -> Asked<String> {
        self.told(move |reply| Ok(answer_vega_lite(reply, Axes::from_json(&axes)?)?))
    }

    /// Some rows with the evidence that they cite.
    #[napi]
    pub fn rows(&self, from: u32, to: u32) -> Asked<String> {
        let range: Range<usize> = from as usize..to as usize;
        self.told(move |reply| Ok(reply.rows_json(range)))
    }

    /// Why a row is there.
    #[napi]
    pub fn evidence(&self, row: u32) -> String {
        self.reply.evidence_json(row as usize)
    }

    /// The rows as typed columns.
    #[napi]
    pub fn columns(&self) -> Asked<NativeTable> {
        self.told(|reply| Ok(columns(reply.table()?)))
    }

    /// Text that another thread or process thaws.
    #[napi]
    pub fn freeze(&self) -> Asked<String> {
        self.told(|reply| Ok(reply.freeze()?))
    }
}
