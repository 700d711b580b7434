//! Opens a repository and reads what it is: remotes, what is checked out, tags.

use gix::open::Options;
use gix::sec::Trust;
use gix::{ObjectId, Repository};
use std::path::Path;

use twin_connector_code::git::config;
use twin_connector_code::git::history::{Head, History, Signature, Tag, newest_tags};
use twin_connector_code::git::mailmap::Mailmap;
use twin_core::base::{Context, Timestamp};
use twin_core::observe::{Locator, Step, code};

use super::place::{Folders, find, text};
use super::walk::walk;
use super::{Damage, Stop};
use crate::options::ScanOptions;

/// What reading a repository needs at hand.
pub(super) struct Reader<'a> {
    pub repository: Repository,
    pub context: &'a Context,
    /// How many commits may be read.
    pub commits: usize,
    /// The path of `.git` within the source.
    pub path: &'a str,
    /// Whether objects may be missing because they were never fetched.
    pub is_partial_clone: bool,
    pub damages: Vec<Damage>,
}

/// Reads the repository of the checkout at `root/folder`, whose `.git` is `path` within the source.
pub(super) fn read(
    root: &Path,
    folder: &str,
    path: &str,
    options: &ScanOptions,
) -> Result<(History, Vec<Damage>), Stop> {
    let context = &options.context;
    context.check()?;
    let folders = find(root, folder, &context.limits)?;
    let written = text(&folders.common.join("config"), &context.limits)?.unwrap_or_default();
    let (settings, _) = config::settings(&written);
    let locate = |name: &str, _| Locator::pointer(path, 0, format!("/remotes/{}", escaped(name)));
    let remotes = config::remotes(&written, &settings, locate);
    let is_partial_clone = settings
        .iter()
        .any(|setting| ["promisor", "partialclone"].contains(&setting.name.as_str()) && setting.value != "false");
    let repository = open(&folders, context)?;
    let (commits, damages) = (options.commits, Vec::new());
    let mut reader = Reader { repository, context, commits, path, is_partial_clone, damages };
    let (head, start) = reader.head()?;
    let (tags, tags_left_out) = reader.tags()?;
    let walk = walk(&mut reader, start)?;
    Ok((History { remotes, head, tags, tags_left_out, walk: Some(walk) }, reader.damages))
}

/// With no configuration but the repository's own, none of which is trusted, no variable of the environment, and a bound on what one object may allocate.
fn open(folders: &Folders, context: &Context) -> Result<Repository, Stop> {
    let limit = format!("gitoxide.objects.allocLimit={}", context.limits.payload_bytes);
    let options = Options::isolated().with(Trust::Reduced).open_path_as_is(true).config_overrides([limit]);
    let opened = options.open(&folders.own);
    let mut repository = opened
        .map(|repository| repository.to_thread_local())
        .map_err(|_| Stop::Flaw(code::UNREADABLE, "no repository that can be opened"))?;
    repository.object_cache_size_if_unset(OBJECT_CACHE);
    Ok(repository)
}

/// Bytes of objects that are kept at hand: a tree is looked at for each commit above it.
const OBJECT_CACHE: usize = 16 << 20;

/// A part of a pointer by RFC 6901; the slashes of a ref stay, so that people know it.
fn escaped(name: &str) -> String {
    name.replace('~', "~0")
}

impl Reader<'_> {
    /// Where an object or a ref stands.
    pub fn step(&self, pointer: &str, raw: impl Into<String>) -> Step {
        Step { locator: Locator::pointer(self.path, 0, pointer), raw: raw.into() }
    }

    pub fn damage(&mut self, pointer: String, why: &'static str) {
        self.damages.push(Damage { pointer, code: code::UNREADABLE, why });
    }

    /// What is checked out, and the commit to start from.
    fn head(&mut self) -> Result<(Option<Head>, Option<ObjectId>), Stop> {
        let unreadable = |_| Stop::Flaw(code::UNREADABLE, "what is checked out cannot be told");
        let head = self.repository.head().map_err(unreadable)?;
        let branch = head.referent_name().map(|name| name.shorten().to_string());
        let full = head.referent_name().map(|name| name.as_bstr().to_string());
        let commit = head.id().map(|id| id.detach());
        let raw = commit.map_or_else(|| full.clone().unwrap_or_default(), |id| id.to_string());
        let pointer = full.filter(|_| commit.is_some()).unwrap_or_else(|| "HEAD".to_owned());
        let step = self.step(&format!("/{}", escaped(&pointer)), raw);
        Ok((Some(Head { branch, commit: commit.map(|id| id.to_string()), step }), commit))
    }

    /// The newest tags, and how many more there are.
    fn tags(&mut self) -> Result<(Vec<Tag>, usize), Stop> {
        let unreadable = |_| Stop::Flaw(code::UNREADABLE, "the refs cannot be listed");
        let mut found = Vec::new();
        {
            let platform = self.repository.references().map_err(unreadable)?;
            for reference in platform.tags().map_err(unreadable)? {
                self.context.check()?;
                let named =
                    reference.ok().and_then(|one| Some((one.name().shorten().to_string(), one.try_id()?.detach())));
                found.push(named);
                if found.len() > self.context.limits.nodes {
                    return Err(Stop::Flaw(code::LIMIT, "the repository has more tags than the limit"));
                }
            }
        }
        let mut tags = Vec::new();
        for named in found {
            self.context.check()?;
            match named {
                Some((name, id)) => tags.extend(self.tag(name, id)),
                None => self.damage("/refs/tags".to_owned(), "a tag that cannot be read"),
            }
        }
        let left_out = newest_tags(&mut tags);
        Ok((tags, left_out))
    }

    fn tag(&mut self, name: String, id: ObjectId) -> Option<Tag> {
        let pointer = format!("/refs/tags/{}", escaped(&name));
        match self.tagged(id) {
            Some((target, at)) => {
                let step = self.step(&pointer, id.to_string());
                Some(Tag { name, target: Some(target.to_string()), at, step })
            }
            None => {
                self.damage(pointer, "what a tag points to is missing or damaged");
                None
            }
        }
    }

    /// What a tag points to in the end, and when it was set, else when its commit was made.
    fn tagged(&self, id: ObjectId) -> Option<(ObjectId, Option<Timestamp>)> {
        let (mut target, mut at) = (id, None);
        for _ in 0..TAGS_OF_TAGS {
            let object = self.repository.find_object(target).ok()?;
            match object.kind {
                gix::objs::Kind::Tag => {
                    let tag = object.try_to_tag_ref().ok()?;
                    at = at.or(tag.tagger.and_then(|tagger| Signature::read(&tagger.to_string())?.at));
                    target = tag.target();
                }
                gix::objs::Kind::Commit => {
                    let commit = object.try_to_commit_ref().ok()?;
                    return Some((target, at.or(Signature::read(&commit.committer.to_string())?.at)));
                }
                _ => return Some((target, at)),
            }
        }
        Some((target, at))
    }

    /// Which addresses are one person's, by the file that is checked out.
    pub fn mailmap(&self, tree: ObjectId) -> Mailmap {
        let text = || {
            let tree = self.repository.find_tree(tree).ok()?;
            let entry = tree.iter().filter_map(Result::ok).find(|entry| entry.filename() == ".mailmap")?;
            let blob = entry.object().ok()?.try_into_blob().ok()?;
            Some(String::from_utf8_lossy(&blob.data).into_owned())
        };
        text().map(|text| Mailmap::read(&text)).unwrap_or_default()
    }
}

/// How far a tag of a tag is followed.
const TAGS_OF_TAGS: usize = 8;
