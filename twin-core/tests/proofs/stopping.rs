//! Long work stops when the host says so: at the next unit, with nothing changed, and the next call completes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use twin_core::base::{Cancel, Context, Deadline, ErrorKind, Progress};
use twin_core::observe::Batch;
use twin_core::{At, Twin};

use crate::support::{batches, time, told};

/// Counts units, and cancels at one of them.
struct Stopper {
    cancel: Cancel,
    at: u64,
    seen: AtomicU64,
}

impl Progress for Stopper {
    fn report(&self, _phase: &str, _done: u64, _total: u64) {
        if self.seen.fetch_add(1, Ordering::Relaxed) + 1 == self.at {
            self.cancel.cancel();
        }
    }
}

fn stopping(at: u64) -> (Context, Arc<Stopper>) {
    let mut context = Context::new(time("09:00"));
    let stopper = Arc::new(Stopper { cancel: context.cancel.clone(), at, seen: AtomicU64::new(0) });
    context.progress = stopper.clone();
    (context, stopper)
}

/// Enough for each phase to have units, few enough to be stopped at many of them.
const LENGTH: usize = 12;

/// Services in a ring, each in a file of its own.
fn ring(length: usize) -> Vec<Batch> {
    let file = |place: usize| format!("file f{place}\nWorkload:w{place}\ncalls Workload:w{}\n", (place + 1) % length);
    batches(&(0..length).map(file).collect::<String>())
}

#[test]
fn apply_stops_at_any_unit_with_nothing_changed_and_completes_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let (unstopped, counted) = stopping(u64::MAX);
    let whole = Twin::in_memory();
    whole.apply_within(ring(LENGTH), &unstopped).unwrap();
    let expected = told(&whole.snapshot(At::now(time("09:00"))));
    let units = counted.seen.load(Ordering::Relaxed);
    assert!(units > 60, "every phase reports its units: {units}");
    // On disk there are the units of writing as well.
    for at in (1..=units + 60).step_by(11) {
        let path = folder.path().join(format!("{at}.twin"));
        let twin = Twin::open(&path).unwrap();
        let (context, stopper) = stopping(at);
        let stopped = twin.apply_within(ring(LENGTH), &context);
        let after = stopper.seen.load(Ordering::Relaxed);
        assert!(after <= at, "{} units after unit {at}", after - at);
        match stopped {
            Err(error) => {
                assert_eq!((error.kind(), twin.revision()), (ErrorKind::Cancelled, 0), "unit {at}: {error}");
                assert!(twin.snapshot(At::now(time("09:00"))).is_empty());
                twin.apply(ring(LENGTH), time("09:00")).unwrap();
            }
            Ok(_) => assert!(at > units, "nothing was cancelled at unit {at}"),
        }
        drop(twin);
        let again = Twin::open(&path).unwrap();
        assert_eq!(told(&again.snapshot(At::now(time("09:00")))), expected, "after unit {at}");
    }
}

#[test]
fn a_deadline_ends_apply() {
    let twin = Twin::in_memory();
    let ticks = AtomicU64::new(0);
    let clock = move || std::time::Duration::from_millis(ticks.fetch_add(1, Ordering::Relaxed));
    let mut context = Context::new(time("09:00"));
    context.deadline = Some(Deadline::new(clock, std::time::Duration::from_millis(30)));
    let error = twin.apply_within(ring(LENGTH), &context).unwrap_err();
    assert_eq!((error.kind(), twin.revision()), (ErrorKind::Limit, 0), "{error}");
}

/// Asks what holds now at every unit of a writer's work, on the writer's own thread: a lock that the writer held would never be given.
struct Reader {
    twin: Arc<Twin>,
    asked: AtomicU64,
}

impl Progress for Reader {
    fn report(&self, phase: &str, _done: u64, _total: u64) {
        let snapshot = self.twin.snapshot(At::now(time("10:00")));
        assert_eq!(
            (self.twin.revision(), snapshot.revision(), snapshot.len()),
            (1, 1, 6),
            "while the writer is at {phase}"
        );
        self.asked.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn who_asks_what_holds_now_never_waits_for_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let twin = Arc::new(Twin::open(folder.path().join("a.twin")).unwrap());
    twin.apply(ring(2), time("09:00")).unwrap();
    let reader = Arc::new(Reader { twin: twin.clone(), asked: AtomicU64::new(0) });
    let context = Context { progress: reader.clone(), ..Context::new(time("10:00")) };
    twin.apply_within(ring(LENGTH), &context).unwrap();
    assert!(reader.asked.load(Ordering::Relaxed) > 60);
    assert_eq!((twin.revision(), twin.snapshot(At::now(time("10:00"))).len()), (2, 3 * LENGTH));
}
