//! Texts that list refs: `packed-refs`, `HEAD`, and the head of a bundle.

use twin_core::observe::{Diagnostic, Locator, Step, code};

use super::history::{Head, History, Tag, newest_tags};

const PACKED: &str = "# pack-refs with:";
const BUNDLES: [&str; 2] = ["# v2 git bundle", "# v3 git bundle"];

/// Whether a text is one of these, by its beginning.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with(PACKED)
        || BUNDLES.iter().any(|mark| text.starts_with(mark))
        || head(text).is_some()
        || begins_refs(text)
}

/// Whether a text is such a list by a mark that nothing else has.
pub(super) fn is_marked(text: &str) -> bool {
    text.starts_with(PACKED) || BUNDLES.iter().any(|mark| text.starts_with(mark))
}

fn begins_refs(text: &str) -> bool {
    text.lines().next().and_then(listed).is_some()
}

/// `ref: refs/heads/main`, or the commit itself.
fn head(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    let line = text.trim();
    match line.strip_prefix("ref:").map(str::trim) {
        Some(name) if name.starts_with("refs/") && !name.contains(char::is_whitespace) => Some((Some(name), None)),
        Some(_) => None,
        None => is_id(line).then_some((None, Some(line))),
    }
}

/// An id of SHA-1 or of SHA-256.
pub(super) fn is_id(text: &str) -> bool {
    [40, 64].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn listed(line: &str) -> Option<(&str, &str)> {
    let (id, name) = line.split_once(' ')?;
    (is_id(id) && name.starts_with("refs/")).then_some((id, name.trim_end()))
}

/// Reads such a text. The refs of a bundle end at its first empty line; what follows is packed.
pub(super) fn read(path: &str, text: &str) -> (History, Vec<Diagnostic>) {
    let (mut history, mut flaws) = (History::default(), Vec::new());
    if let Some((branch, commit)) = head(text) {
        history.head = Some(checked_out(path, text, branch, commit));
        return (history, flaws);
    }
    let is_bundle = !text.starts_with(PACKED) && text.starts_with('#');
    for (index, line) in text.lines().enumerate() {
        let is_more = line.starts_with(['#', '^', '@']) || (is_bundle && line.starts_with('-'));
        match listed(line) {
            _ if is_bundle && line.is_empty() => break,
            Some((id, name)) => history.tags.extend(tag(path, index + 1, id, name)),
            // The head of a bundle lists `HEAD` too.
            None if is_more || line.is_empty() || (is_bundle && line.ends_with(" HEAD")) => {}
            None => {
                let locator = Locator::line(path, index + 1);
                flaws.push(Diagnostic::rejected(code::SYNTAX, locator, "neither a ref nor a remark"));
            }
        }
    }
    history.tags_left_out = newest_tags(&mut history.tags);
    (history, flaws)
}

fn checked_out(path: &str, text: &str, branch: Option<&str>, commit: Option<&str>) -> Head {
    let raw = branch.or(commit).unwrap_or_default();
    let line = text.lines().position(|line| line.contains(raw)).unwrap_or_default() + 1;
    Head {
        branch: branch.map(short_branch),
        commit: commit.map(str::to_owned),
        step: Step { locator: Locator::line(path, line), raw: raw.to_owned() },
    }
}

/// The name of a branch as people say it.
pub(super) fn short_branch(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}

fn tag(path: &str, line: usize, id: &str, name: &str) -> Option<Tag> {
    let short = name.strip_prefix("refs/tags/")?;
    let step = Step { locator: Locator::line(path, line), raw: name.to_owned() };
    Some(Tag { name: short.to_owned(), target: Some(id.to_owned()), at: None, step })
}
