//! Leaving the event loop: short work in Node's own pool, long work on a thread of its own, so that it never takes the pool's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use napi::bindgen_prelude::{AsyncTask, Object, ToNapiValue, TypeName};
use napi::{Env, Task};

use crate::problem::{Problem, Result, raised};

/// A promise of what short work gives.
pub type Asked<T> = AsyncTask<Short<T>>;

type Job<T> = Box<dyn FnOnce() -> Result<T> + Send>;

/// Work that waits in Node's pool.
pub struct Short<T>(Option<Job<T>>);

impl<T: Send + ToNapiValue + TypeName + 'static> Task for Short<T> {
    type Output = Result<T>;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<Result<T>> {
        Ok(self.0.take().map_or_else(|| Err(Problem::panicked()), caught))
    }

    fn resolve(&mut self, env: Env, output: Result<T>) -> napi::Result<T> {
        raised(&env, output)
    }
}

/// Does short work in Node's pool.
pub fn asked<T>(job: impl FnOnce() -> Result<T> + Send + 'static) -> Asked<T>
where
    T: Send + ToNapiValue + TypeName + 'static,
{
    AsyncTask::new(Short(Some(Box::new(job))))
}

/// Does long work on a thread of its own.
pub fn on_thread<T>(env: &Env, job: impl FnOnce() -> Result<T> + Send + 'static) -> napi::Result<Object<'_>>
where
    T: Send + ToNapiValue + 'static,
{
    let (deferred, promise) = env.create_deferred()?;
    let told = move || {
        let output = caught(job);
        deferred.resolve(move |env: Env| raised(&env, output));
    };
    thread::Builder::new().name("twin".to_owned()).spawn(told)?;
    Ok(promise)
}

/// A panic must not leave its thread: Node would abort.
fn caught<T>(job: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| Err(Problem::panicked()))
}
