//! What every room stands on: time, digests, errors, limits, text that can be shown, and the terms under which long work runs.
//!
//! Invariant: nothing here knows what a twin is. It imports from no other room.

mod digest;
mod error;
mod handles;
mod money;
mod pool;
mod printable;
mod time;
mod work;

pub(crate) use digest::{ByDigest, Hashes, hash_of};
pub use digest::{Digest, digest_of};
pub(crate) use error::listed;
pub use error::{Error, ErrorKind, Result, nearest, shortened};
pub use handles::{Handle, live_handles};
pub use money::{Amount, Money};
pub use pool::in_pool;
pub use printable::printable;
pub(crate) use printable::visible;
pub use time::Timestamp;
pub use work::{Cancel, Context, Deadline, Limits, Progress, Silent};
