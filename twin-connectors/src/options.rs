//! What a host may say about a scan.

use twin_connector_code::git::history::COMMITS;
use twin_core::base::{Context, Timestamp};

use crate::registry::{Registered, registry};

/// Folders that hold what was made or fetched, not what was written. They are counted in the report and not entered. Of a `.git` that is not entered
/// the history is read, if [`ScanOptions::commits`] says so.
pub const SKIPPED_FOLDERS: [&str; 6] = [".git", ".terraform", ".venv", "__pycache__", "node_modules", "target"];

/// How to scan. The default suits a checkout of a repository.
#[derive(Clone, Debug)]
pub struct ScanOptions {
    /// The source instance, which begins every record's key. Default: the Git remote as `host/path` with the subfolder,
    /// else the absolute path of the root.
    pub name: Option<String>,
    /// Limits, cancellation, deadline and who watches. Its `now` is not read: a batch gets its time when it is applied.
    pub context: Context,
    /// Names of folders that are not entered.
    pub skip: Vec<String>,
    /// How many commits are read of the history of each checkout at the root or beneath it, the newest ones; 0 reads none. Default 10,000.
    pub commits: usize,
    /// Who reads. A host adds its own decoders here.
    pub decoders: Vec<Registered>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        ScanOptions {
            name: None,
            context: Context::new(Timestamp::MIN),
            skip: SKIPPED_FOLDERS.map(str::to_owned).to_vec(),
            commits: COMMITS,
            decoders: registry().to_vec(),
        }
    }
}
