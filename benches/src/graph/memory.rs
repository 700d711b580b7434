//! Memory, counted by the allocator. It counts in programs that declare [`INSTRUMENTED_SYSTEM`] as their global allocator; elsewhere all is 0.

use std::hint::black_box;

use peakmem_alloc::PeakMemAllocTrait;
pub use peakmem_alloc::{INSTRUMENTED_SYSTEM, PeakMemAlloc};

/// Begins to count anew: what is held by now is nothing.
pub fn reset() {
    INSTRUMENTED_SYSTEM.reset_peak_memory();
}

/// The most bytes that were held at once since the last reset, beyond what was held then.
pub fn peak() -> usize {
    INSTRUMENTED_SYSTEM.get_peak_memory()
}

/// The bytes that something holds once it is made. The allocator tells only peaks: so as much as the peak is allocated on top, unused, and what the
/// new peak is beyond that is held.
pub fn held<T>(make: impl FnOnce() -> T) -> usize {
    reset();
    let made = black_box(make());
    let before = peak();
    let probe: Vec<u8> = black_box(Vec::with_capacity(before));
    let held = peak().saturating_sub(probe.capacity());
    drop(made);
    held
}
