//! Long work: the core works on a thread of its own, and the caller's thread waits for it. While it waits it takes signals, reports progress,
//! and runs what the core asks of Python, so that a host's code never runs on a thread that the host does not know. `docs/decisions/0011` says why.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyException, PyOSError};
use pyo3::prelude::*;
use twin_core::base::{Context, Error, ErrorKind, Progress, Result};

use crate::errors::raised;
use crate::moments::{Moment, Within, or_now};
use crate::plain;

/// How long a signal may wait.
const TICK: Duration = Duration::from_millis(5);
/// How often progress is told, at most.
const TELL: Duration = Duration::from_millis(50);

type Job = Box<dyn FnOnce(Python<'_>) + Send>;

/// Counts units, so that somebody who stops the work learns how far it came.
#[derive(Default)]
struct Units(Mutex<Vec<Phase>>);

#[derive(Clone, PartialEq)]
struct Phase {
    name: String,
    /// Units of earlier passes of the phase: those had another total.
    before: u64,
    done: u64,
    total: u64,
}

impl Phase {
    /// Threads report out of order, so the most that was told counts.
    fn goes_on(&mut self, done: u64, total: u64) {
        let again = total != self.total;
        self.before += if again { self.done } else { 0 };
        self.done = if again { done } else { self.done.max(done) };
        self.total = total;
    }
}

impl Progress for Units {
    fn report(&self, phase: &str, done: u64, total: u64) {
        let mut phases = locked(&self.0);
        match phases.iter_mut().find(|known| known.name == phase) {
            Some(known) => known.goes_on(done, total),
            None => phases.push(Phase { name: phase.to_owned(), before: 0, done, total }),
        }
    }
}

impl Units {
    /// The phases that went on since `told`, in their order.
    fn since(&self, told: &[Phase]) -> Vec<Phase> {
        locked(&self.0).iter().filter(|phase| !told.contains(phase)).cloned().collect()
    }

    fn done(&self) -> u64 {
        locked(&self.0).iter().map(|phase| phase.before + phase.done).sum()
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What Python's code raised while the core asked it something.
#[derive(Clone, Default)]
struct Raised(Arc<Mutex<Option<PyErr>>>);

/// The core's way to the caller's thread.
#[derive(Clone)]
pub struct Caller {
    jobs: Sender<Job>,
    raised: Raised,
}

impl Caller {
    /// Runs a piece of Python on the caller's thread and waits for it.
    pub fn run<T: Send + 'static>(&self, job: impl FnOnce(Python<'_>) -> PyResult<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = mpsc::sync_channel(1);
        let raised = self.raised.clone();
        let job: Job = Box::new(move |py| {
            // Nobody waits any more if this cannot be sent.
            let _ = reply.send(job(py).map_err(|error| raised.keep(py, error)));
        });
        self.jobs.send(job).map_err(|_| gone())?;
        answer.recv().unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Cancelled, "the host no longer waits")
}

impl Raised {
    /// Keeps what was raised, and tells the core in words.
    fn keep(&self, py: Python<'_>, error: PyErr) -> Error {
        let told = Error::new(ErrorKind::Io, format!("the host's source failed: {error}"));
        locked(&self.0).replace(error.clone_ref(py));
        told
    }

    fn take(&self) -> Option<PyErr> {
        locked(&self.0).take()
    }

    /// Something that no code handles by itself, such as `KeyboardInterrupt`.
    fn take_stop(&self, py: Python<'_>) -> Option<PyErr> {
        let mut raised = locked(&self.0);
        let stops = raised.as_ref().is_some_and(|error| !error.is_instance_of::<PyException>(py));
        if stops { raised.take() } else { None }
    }
}

/// The terms of one piece of long work, as the host gives them.
pub struct Terms {
    context: Context,
    units: Arc<Units>,
    progress: Option<Py<PyAny>>,
}

impl Terms {
    /// Terms at a moment; the host's clock says which, if none is given.
    pub fn new(now: Option<Moment>, progress: Option<Py<PyAny>>, deadline: Option<Within>) -> Terms {
        let units = Arc::<Units>::default();
        let mut context = Context::new(or_now(now));
        context.progress = units.clone();
        context.deadline = deadline.map(Within::deadline);
        Terms { context, units, progress }
    }

    /// Does the work on a thread of its own, and waits for it without the interpreter's lock.
    pub fn wait<T: Send>(
        self,
        py: Python<'_>,
        work: impl FnOnce(&Context, &Caller) -> Result<T> + Send,
    ) -> PyResult<T> {
        let (sender, mut jobs) = mpsc::channel();
        let raised = Raised::default();
        let caller = Caller { jobs: sender, raised: raised.clone() };
        let context = self.context.clone();
        let mut wait = Wait { terms: self, raised, told: Vec::new(), told_at: Instant::now(), stop: None };
        let result = thread::scope(|scope| {
            let worker = thread::Builder::new().name("twin".to_owned());
            let worker = worker.spawn_scoped(scope, move || work(&context, &caller))?;
            while wait.turn(py, &mut jobs) {}
            Ok::<_, std::io::Error>(py.detach(|| worker.join()))
        });
        let result = result.map_err(|error| PyOSError::new_err(error.to_string()))?;
        wait.end(py, result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}

/// The caller's side of long work.
struct Wait {
    terms: Terms,
    raised: Raised,
    told: Vec<Phase>,
    told_at: Instant,
    stop: Option<PyErr>,
}

impl Wait {
    /// Serves the core once, or waits a moment. Gives false when the work has ended.
    fn turn(&mut self, py: Python<'_>, jobs: &mut Receiver<Job>) -> bool {
        match py.detach(move || jobs.recv_timeout(TICK)) {
            Ok(job) => job(py),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        self.watch(py);
        true
    }

    /// Looks whether anything asks for the work to stop.
    fn watch(&mut self, py: Python<'_>) {
        if self.stop.is_some() {
            return;
        }
        let watched = py.check_signals().and_then(|()| self.tell(py, TELL));
        self.stop = watched.err().or_else(|| self.raised.take_stop(py));
        if self.stop.is_some() {
            self.terms.context.cancel.cancel();
        }
    }

    /// Reports progress, if there is any and it was not reported a moment ago.
    fn tell(&mut self, py: Python<'_>, every: Duration) -> PyResult<()> {
        let Some(progress) = self.terms.progress.as_ref().filter(|_| self.told_at.elapsed() >= every) else {
            return Ok(());
        };
        for phase in self.terms.units.since(&self.told) {
            progress.call1(py, (&phase.name, phase.done, phase.total))?;
            self.told.retain(|told| told.name != phase.name);
            self.told.push(phase);
        }
        self.told_at = Instant::now();
        Ok(())
    }

    fn end<T>(mut self, py: Python<'_>, result: Result<T>) -> PyResult<T> {
        if let Some(stop) = self.stop.take() {
            return Err(self.noted(py, stop));
        }
        match result {
            Err(error) => Err(self.raised.take().unwrap_or_else(|| raised(py, &error))),
            Ok(value) => self.tell(py, Duration::ZERO).map(|()| value),
        }
    }

    /// The exception that stopped the work, with a note of how far it came.
    fn noted(&self, py: Python<'_>, stop: PyErr) -> PyErr {
        let noted = plain::call(py, "noted", (stop.value(py), self.terms.units.done()));
        noted.err().unwrap_or(stop)
    }
}
