//! Git: a repository with its remotes, tags and commits, how often each of its folders changed, when last and by whom.
//!
//! A record of the source is a commit or a tag; the repository's record stands for all of them. What is kept is in [`history`]. It comes from
//! * a checkout, opened by whoever scans (`twin-connectors`); its evidence is `<folder>/.git#0/commits/<id>`, `…/refs/<name>` or
//!   `…/remotes/<name>`, which `git cat-file -p <id>`, `git show-ref <name>` and `git remote get-url <name>` show;
//! * the stream of `git fast-export --all --no-data -M`, with `--show-original-ids` if ids are wanted; its evidence is the line;
//! * a file out of a `.git` folder (`config`, `packed-refs`, `HEAD`), or the head of a bundle; its evidence is the line.
//!
//! A stream is the history of the folder in which it lies. Counts are over the newest commits only if there are more than are read, and then
//! a warning says so. Merges count as commits and change nothing by themselves. Authors are handles: `mail:` and the digest of the address
//! in lower case, as in CODEOWNERS, so that both mean one person.

pub mod config;
mod folders;
pub mod history;
mod lines;
pub mod mailmap;
mod quoted;
mod record;
mod refs;
mod stream;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, Locator, Outcome, code};
use twin_core::schema::kind;

use history::History;
pub use record::{AUTHORS, Checkout, FOLDERS, Told, tell};

/// Reads what Git writes as text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Git;

impl Decoder for Git {
    fn capability(&self) -> Capability {
        Capability::of_files("git", &[kind::REPOSITORY, kind::ACTIVITY, kind::PERSON], &[]).blind_to(&[
            "commits that what is checked out does not stand on",
            "what merges changed by themselves",
            "moves of files whose content changed in the same commit, in a checkout",
            "commits that a shallow clone does not have, and those beyond the limit",
            "bare repositories, a checkout above the scanned folder, and refs in the format `reftable`",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        let mut parts = path.rsplit('/');
        let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let within = folder == ".git" && ["config", "packed-refs", "HEAD"].contains(&name);
        match within {
            true => Recognition::ByName,
            false if stream::begins(head) || refs::is_marked(&String::from_utf8_lossy(head)) => Recognition::ByContent,
            false => Recognition::No,
        }
    }

    /// The files of one `.git` folder tell of one repository.
    fn group(&self, path: &str) -> Option<String> {
        let folder = path.rsplit_once('/').map(|(folder, _)| folder)?;
        (folder.rsplit('/').next() == Some(".git")).then(|| folder.to_owned())
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let place = payloads.iter().filter(|_| payloads.len() > 1).find_map(|payload| main_place(payload, origin));
        payloads.iter().map(|payload| file(payload, place.as_deref(), origin)).collect()
    }
}

/// `host/path` of the main remote, if a file is the configuration of a repository.
fn main_place(payload: &Payload<'_>, origin: &Origin) -> Option<String> {
    let bytes = payload.bytes.ok().filter(|bytes| bytes.len() as u64 <= origin.limits.payload_bytes)?;
    let text = String::from_utf8_lossy(bytes).into_owned();
    let is_config = payload.path.rsplit('/').next() == Some("config");
    let (settings, _) = config::settings(if is_config { &text } else { "" });
    config::remotes(&text, &settings, |_, _| Locator::line(payload.path, 0)).into_iter().next().map(|main| main.place)
}

fn file(payload: &Payload<'_>, place: Option<&str>, origin: &Origin) -> Decoded {
    let path = payload.path;
    let whole = |code, why: &str| Decoded::rejected(path, Diagnostic::rejected(code, Locator::line(path, 0), why));
    match payload.bytes {
        Err(reason) => whole(code::UNREADABLE, reason),
        Ok(bytes) if bytes.len() as u64 > origin.limits.payload_bytes => {
            whole(code::LIMIT, &format!("longer than {} bytes", origin.limits.payload_bytes))
        }
        Ok(bytes) => read(path, bytes, place, origin).unwrap_or_else(|| {
            whole(code::NOT_RECOGNISED, "neither a stream of fast-export nor a file of a repository")
        }),
    }
}

/// Reads whatever it is; `None` if it is nothing of Git's.
fn read(path: &str, bytes: &[u8], place: Option<&str>, origin: &Origin) -> Option<Decoded> {
    if stream::begins(bytes) {
        let stream::Read { history, flaws, root } = stream::read(path, bytes, &origin.limits);
        let id = root.map_or_else(|| "empty".to_owned(), |root| format!("root:{root}"));
        return Some(decoded(path, &history, flaws, &id, origin));
    }
    // A bundle is text at its head only: what follows is not looked at.
    let text = String::from_utf8_lossy(bytes);
    if refs::is_one(&text) {
        let (history, flaws) = refs::read(path, &text);
        return Some(decoded(path, &history, flaws, place.unwrap_or(called(path)), origin));
    }
    let id = place.unwrap_or(called(path));
    let (settings, lines) = config::settings(&text);
    let is_own = |setting: &config::Setting| setting.section == "core" || setting.section == "remote";
    settings.iter().any(is_own).then(|| {
        let remotes = config::remotes(&text, &settings, |_, line| Locator::line(path, line));
        let flaw = |line: usize| Diagnostic::rejected(code::SYNTAX, Locator::line(path, line), "no setting");
        let flaws = lines.into_iter().map(flaw).collect();
        decoded(path, &History { remotes, ..History::default() }, flaws, id, origin)
    })
}

fn decoded(path: &str, history: &History, flaws: Vec<Diagnostic>, id: &str, origin: &Origin) -> Decoded {
    let whole = Locator::line(path, 0);
    let (folder, name) = (checkout_folder(path), called(path));
    let checkout = Checkout { source: &origin.source, folder, id, name, whole: &whole };
    let Told { records, warnings } = tell(history, &checkout);
    let outcome = match flaws.len() {
        0 => Outcome::Complete,
        count => Outcome::Partial(format!("{count} parts could not be read")),
    };
    let diagnostics = flaws.into_iter().chain(warnings).collect();
    Decoded { path: path.to_owned(), records, diagnostics, outcome }
}

/// The folder that a file tells of: the one that holds it, or that holds the `.git` folder around it.
fn checkout_folder(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder.strip_suffix(".git") {
        Some(above) if above.is_empty() || above.ends_with('/') => above.trim_end_matches('/'),
        _ => folder,
    }
}

/// What a repository without a remote is called: like its folder.
fn called(path: &str) -> &str {
    let name = checkout_folder(path).rsplit('/').next().unwrap_or_default();
    if name.is_empty() { "repository" } else { name }
}
