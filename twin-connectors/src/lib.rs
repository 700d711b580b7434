//! Every connector behind one door: [`scan`] a folder, list what can be read, say what could not.
//!
//! ```
//! use twin_connectors::{ScanOptions, scan};
//!
//! let scan = scan(env!("CARGO_MANIFEST_DIR"), &ScanOptions::default())?;
//! assert_eq!(scan.batches[0].scope.path, "");
//! println!("{}", scan.report);
//! # Ok::<(), twin_core::base::Error>(())
//! ```
//!
//! The decoders live in one crate per family; each is one line of [`registry()`]. What they share is in `twin-connector-base`.
//! This crate alone opens files, through [`Files`], and repositories, where a tree is a folder of this machine. It never follows a symbolic link.

mod compare;
mod decode;
mod files;
mod folder;
mod follow;
mod history;
mod matrix;
mod merge;
mod name;
mod options;
mod plan;
mod planned;
mod registry;
mod report;
mod scan;
mod walk;

pub use compare::{CompareOptions, call_templates, compare, critical_path, keep, next_questions, recorded, search};
pub use decode::decode_one;
pub use files::{Entry, EntryKind, Files, OnDisk};
pub use folder::Folder;
pub use matrix::capability_matrix;
pub use name::source_name;
pub use options::{SKIPPED_FOLDERS, ScanOptions};
pub use planned::{Planned, scenario_of_folders, scenario_of_plan, scenario_of_terraform_plan, scenario_of_trees};
pub use registry::{Registered, registry};
pub use report::{Report, Tally, Unread};
pub use scan::{Scan, scan, scan_files, scan_into, scan_json};
