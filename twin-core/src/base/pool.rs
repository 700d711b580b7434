//! The thread pool: one per process id, so that a forked child gets threads of its own instead of waiting for its parent's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

static POOLS: OnceLock<Mutex<BTreeMap<u32, Arc<ThreadPool>>>> = OnceLock::new();

/// Runs `work` inside this process's pool, where rayon's parallel iterators find their threads. Runs it on the calling thread
/// if the machine grants no threads.
pub fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match pool_of(std::process::id()) {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

fn pool_of(process: u32) -> Option<Arc<ThreadPool>> {
    let mut pools = POOLS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.get(&process) {
        return Some(pool.clone());
    }
    let pool = Arc::new(ThreadPoolBuilder::new().build().ok()?);
    pools.insert(process, pool.clone());
    Some(pool)
}
