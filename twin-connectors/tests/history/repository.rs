//! Repositories made for tests: objects by the library, refs and settings as the files that they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gix::ObjectId;
use gix::actor::Signature;
use gix::date::Time;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Tag, Tree};
use tempfile::TempDir;

pub const ADA: &str = "ada@acme.example";
pub const BO: &str = "bo@acme.example";

/// The first moment of 2026, and so many hours later.
pub fn hour(hours: i64) -> i64 {
    1_767_225_600 + hours * 3_600
}

/// A folder that goes away with the test.
pub struct Scratch(TempDir);

impl Scratch {
    pub fn new() -> Self {
        Scratch(tempfile::tempdir().expect("a folder of its own"))
    }

    /// The folder that is scanned: one beneath, so that there is something outside of it.
    pub fn root(&self) -> PathBuf {
        let root = self.0.path().join("estate");
        fs::create_dir_all(&root).expect("a folder");
        root
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub fn repository(&self, folder: &str) -> Made {
        Made::at(&self.root().join(folder))
    }
}

/// A repository that grows.
pub struct Made {
    pub git: PathBuf,
    repository: gix::Repository,
    files: BTreeMap<String, String>,
    last: Vec<ObjectId>,
}

impl Made {
    /// A new one, checked out at `folder`.
    pub fn at(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let repository = gix::ThreadSafeRepository::init_opts(
            folder,
            gix::create::Kind::WithWorktree,
            gix::create::Options { destination_must_be_empty: Some(false), ..Default::default() },
            gix::open::Options::isolated(),
        )
        .expect("a repository")
        .to_thread_local();
        let git = repository.git_dir().to_owned();
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("a file");
        Made { git, repository, files: BTreeMap::new(), last: Vec::new() }
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.git.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub fn remote(&self, url: &str) {
        let config = self.git.join("config");
        let text = fs::read_to_string(&config).expect("a configuration");
        fs::write(config, format!("{text}[remote \"origin\"]\n\turl = {url}\n")).expect("a file");
    }

    /// Changes files and commits them on `main`: an empty text deletes, `from>to` moves.
    pub fn commit(&mut self, mail: &str, time: i64, changes: &[(&str, &str)]) -> ObjectId {
        for (path, text) in changes {
            match path.split_once('>') {
                Some((from, to)) => {
                    let moved = self.files.remove(from).expect("a file to move");
                    self.files.insert(to.to_owned(), moved);
                }
                None if text.is_empty() => {
                    self.files.remove(*path);
                }
                None => {
                    self.files.insert((*path).to_owned(), (*text).to_owned());
                }
            }
        }
        let parents = self.last.clone();
        let id = self.commit_on(mail, time, &parents);
        self.last = vec![id];
        self.write("refs/heads/main", &format!("{id}\n"));
        id
    }

    /// A commit of the files as they are, with these parents; no ref is moved.
    pub fn commit_on(&self, mail: &str, time: i64, parents: &[ObjectId]) -> ObjectId {
        let tree = self.tree("");
        self.commit_tree(tree, mail, time, parents)
    }

    pub fn commit_tree(&self, tree: ObjectId, mail: &str, time: i64, parents: &[ObjectId]) -> ObjectId {
        let who = signature(mail, time);
        let commit = Commit {
            tree,
            parents: parents.iter().copied().collect(),
            author: who.clone(),
            committer: who,
            encoding: None,
            message: "canary message".into(),
            extra_headers: Vec::new(),
        };
        self.object(&commit)
    }

    /// Makes `main` a merge of these.
    pub fn merge(&mut self, mail: &str, time: i64, parents: &[ObjectId]) -> ObjectId {
        self.last = parents.to_vec();
        self.commit(mail, time, &[])
    }

    pub fn tag(&self, name: &str, target: ObjectId, annotated: Option<i64>) {
        let id = annotated.map_or(target, |time| {
            let (kind, tagger) = (gix::objs::Kind::Commit, Some(signature(ADA, time)));
            let message = "canary".into();
            self.object(&Tag { target, target_kind: kind, name: name.into(), tagger, message, signature: None })
        });
        self.write(&format!("refs/tags/{name}"), &format!("{id}\n"));
    }

    pub fn object(&self, object: &impl gix::objs::WriteTo) -> ObjectId {
        self.repository.write_object(object).expect("an object").detach()
    }

    pub fn tree(&self, folder: &str) -> ObjectId {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (path, text) in &self.files {
            let Some(rest) = path.strip_prefix(&prefix) else { continue };
            let (name, is_folder) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
            if entries.contains_key(name) {
                continue;
            }
            let (mode, oid) = match is_folder {
                true => (EntryKind::Tree, self.tree(&format!("{prefix}{name}"))),
                false if text.starts_with("submodule ") => {
                    let id = ObjectId::from_hex(&text.as_bytes()["submodule ".len()..]).expect("an id");
                    (EntryKind::Commit, id)
                }
                false => (EntryKind::Blob, self.repository.write_blob(text).expect("a blob").detach()),
            };
            entries.insert(name.to_owned(), Entry { mode: mode.into(), filename: name.into(), oid });
        }
        let mut entries: Vec<Entry> = entries.into_values().collect();
        entries.sort();
        self.object(&Tree { entries })
    }

    /// The file of a loose object.
    pub fn loose(&self, id: ObjectId) -> PathBuf {
        let id = id.to_string();
        self.git.join("objects").join(&id[..2]).join(&id[2..])
    }

    pub fn lose(&self, id: ObjectId) {
        fs::remove_file(self.loose(id)).expect("a loose object");
    }
}

fn signature(mail: &str, time: i64) -> Signature {
    Signature { name: "Canary Name".into(), email: mail.into(), time: Time { seconds: time, offset: 3_600 } }
}

/// Runs the real Git in a folder. Says aloud what is not run where there is none.
pub fn git(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Canary", "-c", "user.email=ada@acme.example", "-c", "protocol.file.allow=always"]);
    let none = folder.join("no-such-configuration");
    command.env("GIT_CONFIG_GLOBAL", &none).env("GIT_CONFIG_SYSTEM", &none).env_remove("GIT_DIR");
    let Ok(output) = command.args(arguments).current_dir(folder).output() else {
        eprintln!("SKIPPED: there is no git to compare with");
        return None;
    };
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}
