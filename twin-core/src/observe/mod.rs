//! What sources say, before anybody has decided what it means: records, observations with evidence, batches with scopes.
//!
//! A decoder's whole output is made of these types. Every source's word is kept; which one is shown is decided later.
//!
//! Invariant: observing joins nothing. A fact rests on one file or payload; whatever needs two is joined by `graph`,
//! so that a part that could not be read takes nothing away from the parts that could.

mod batch;
mod capability;
mod diagnostic;
mod draft;
mod evidence;
mod fact;
mod key;
pub(crate) mod pack;
mod record;
mod source;

pub use batch::{Batch, Mode, Outcome, Scope};
pub use capability::{Capability, Proof};
pub use diagnostic::{Diagnostic, Severity, code};
pub use draft::{CapabilityDraft, KeyDraft, PageDraft, RecordDraft, RelationDraft};
pub use evidence::{Evidence, Locator, Step, Technique, technique};
pub use fact::{Fact, Holding, Listing};
pub use key::{Handle, RecordKey, SourceId, Space};
pub use record::{Observation, Perspective, Record, Statement, Target};
pub use source::{Page, Source};
