//! What stops long work, and who watches it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use napi::Status;
use napi::bindgen_prelude::{FnArgs, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use twin_core::base::{Cancel, Progress};

/// How long nobody is told anything new about one phase.
const PAUSE: Duration = Duration::from_millis(20);

type Told = FnArgs<(String, f64, f64)>;

/// Called with the phase, and how many units of how many are done. Weak: who waits for the work keeps the event loop alive, not who watches it.
pub type Listener = ThreadsafeFunction<Told, Unknown<'static>, Told, Status, false, true>;

/// Stops one piece of long work. Dropping it stops nothing.
#[napi]
#[derive(Clone)]
pub struct Stop {
    cancel: Cancel,
    watch: Arc<Watch>,
}

/// Counts all units and tells of some.
struct Watch {
    listener: Mutex<Option<Listener>>,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    phase: String,
    done: u64,
    total: u64,
    told: Option<Instant>,
}

#[napi]
impl Stop {
    /// With whoever listens to the progress.
    #[napi(constructor)]
    pub fn new(listener: Option<Listener>) -> Self {
        Stop {
            cancel: Cancel::default(),
            watch: Arc::new(Watch { listener: Mutex::new(listener), last: Mutex::default() }),
        }
    }

    /// Asks the core to stop at its next check.
    #[napi]
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Lets go of the listener. Node holds it until then, and with it whatever it refers to.
    #[napi]
    pub fn end(&self) {
        locked(&self.watch.listener).take();
    }
}

/// What is within a lock. Whoever panicked while holding it left nothing half done.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stop {
    /// The flag that the core looks at.
    pub fn cancel_flag(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Whoever the core tells of its progress.
    pub fn watch(&self) -> Arc<dyn Progress> {
        self.watch.clone()
    }

    /// How far the work has come, for people.
    pub fn told(&self) -> Option<String> {
        let last = locked(&self.watch.last);
        (!last.phase.is_empty()).then(|| format!("{} of {} ({})", last.done, last.total, last.phase))
    }
}

impl Progress for Watch {
    fn report(&self, phase: &str, done: u64, total: u64) {
        let is_time = locked(&self.last).is_new(phase, done, total);
        if is_time && let Some(listener) = locked(&self.listener).as_ref() {
            let told = (phase.to_owned(), done as f64, total as f64);
            listener.call(told.into(), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

impl Last {
    /// Takes what was reported, and says whether it is time to tell: a phase begins or ends, or nothing was told for a while.
    fn is_new(&mut self, phase: &str, done: u64, total: u64) -> bool {
        let begins = self.phase != phase;
        self.done = if begins { done } else { self.done.max(done) };
        self.total = total;
        if begins {
            phase.clone_into(&mut self.phase);
        }
        let is_time = begins || done == total || self.told.is_none_or(|told| told.elapsed() >= PAUSE);
        self.told = if is_time { Some(Instant::now()) } else { self.told };
        is_time
    }
}
