//! Twin for Node. The addon unwraps arguments, leaves the event loop, calls the core, and wraps what comes back; `lib/` is all that stands before it.
//!
//! Invariant: it holds no logic. Arguments come in as JSON and are read by the core's own types; every text that goes out was written by the core.

mod answer;
mod arguments;
mod columns;
mod problem;
mod resolve;
mod snapshot;
mod source;
mod stop;
mod twin;
mod work;

use napi::Env;
use napi::bindgen_prelude::{ClassInstance, Function, Object, Unknown};
use napi_derive::napi;

use crate::answer::NativeAnswer;
use crate::twin::NativeTwin;

/// Every error of this addon is made by this class from now on: `new Class(code, message)`.
#[napi]
pub fn raise_as(env: &Env, class: Function<'_, problem::Parts, Unknown<'static>>) -> napi::Result<()> {
    problem::raise_as(env, class)
}

/// Opens the twin at a path, or makes one.
#[napi]
pub fn open<'e>(env: &'e Env, arguments: String) -> napi::Result<Object<'e>> {
    work::on_thread(env, move || NativeTwin::open(&arguments))
}

/// A twin that forgets.
#[napi]
pub fn in_memory() -> NativeTwin {
    NativeTwin::in_memory()
}

/// How many objects of the core this process holds.
#[napi]
pub fn live_handles() -> u32 {
    u32::try_from(twin_core::base::live_handles()).unwrap_or(u32::MAX)
}

/// Begins to read a table of the host's own.
#[napi]
pub fn resolving(env: &Env, options: String, terms: String, stop: &stop::Stop) -> napi::Result<resolve::NativeRows> {
    problem::raised(env, resolve::NativeRows::new(&options, &terms, stop.clone()))
}

/// The answer that was frozen.
#[napi]
pub fn thaw(text: String) -> work::Asked<answer::NativeAnswer> {
    work::asked(move || Ok(answer::NativeAnswer::of(twin_core::answer::Reply::thaw(&text)?)))
}

/// What comes of a model of plain numbers.
#[napi]
pub fn solve(env: &Env, model: String) -> napi::Result<Object<'_>> {
    work::on_thread(env, move || {
        let solved = twin_core::simulate::ModelDraft::from_json(&model)?.solved()?;
        Ok(twin_core::answer::canonical(&solved))
    })
}

/// Ranks scenarios by objectives, each given as the answer to its comparison.
#[napi]
pub fn trade_off(answers: Vec<ClassInstance<'_, NativeAnswer>>, objectives: String) -> work::Asked<NativeAnswer> {
    let replies: Vec<_> = answers.iter().map(|answer| answer.reply()).collect();
    work::asked(move || {
        let objectives = twin_core::simulate::ObjectiveDraft::list_from_json(&objectives)?;
        Ok(NativeAnswer::of(twin_core::simulate::trade_off_of_answers(&replies, &objectives)?.into()))
    })
}
