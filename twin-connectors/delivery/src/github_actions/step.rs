//! Steps of a job or of a composite action.

use twin_connector_base::document::{Content, Node};
use twin_core::observe::{Evidence, code, technique};

use super::{job, uses};
use crate::builds::{Build, literal};
use crate::file::File;
use crate::paths;
use crate::shell::Shell;

/// The action that builds an image, and the one that makes names for it.
const BUILDER: &str = "docker/build-push-action";
const NAMER: &str = "docker/metadata-action";

/// Reads the steps below `holder`. `folder` is where they run if they do not say.
pub(super) fn read_all(file: &mut File<'_>, holder: &Node, base: &str, folder: Option<&Node>) {
    let Some(steps) = holder.get("steps") else { return };
    if !matches!(steps.content, Content::Sequence(_) | Content::Null) {
        return file.mistyped(steps.line, "`steps` is no list");
    }
    for step in steps.items() {
        match &step.content {
            Content::Mapping(_) => read(file, step, steps.items(), base, folder),
            _ => file.mistyped(step.line, "a step that is no mapping"),
        }
    }
}

fn read(file: &mut File<'_>, step: &Node, all: &[Node], base: &str, folder: Option<&Node>) {
    if let Some(used) = step.get("uses") {
        uses::read(file, used, base);
        if is_use_of(step, BUILDER) {
            build(file, step, all, base);
        }
    }
    let own = step.get("working-directory");
    own.into_iter().for_each(|folder| job::works_in(file, base, folder));
    if let Some(script) = step.get("run") {
        let folder = match own.or(folder) {
            Some(folder) => folder.as_str().and_then(|folder| paths::joined(base, folder)),
            None => Some(base.to_owned()),
        };
        file.script(script, &mut Shell::new(folder));
    }
}

fn is_use_of(step: &Node, action: &str) -> bool {
    let used = step.get("uses").and_then(Node::as_str).unwrap_or_default();
    used.split('@').next().is_some_and(|name| name.eq_ignore_ascii_case(action))
}

/// What `docker/build-push-action` builds: without a context the whole checkout.
fn build(file: &mut File<'_>, step: &Node, all: &[Node], base: &str) {
    let with = |key: &str| step.at(&["with", key]).filter(|node| node.as_str().is_some());
    let text = |key: &str| with(key).and_then(Node::as_str);
    let context = text("context").map_or(Some(base.to_owned()), |context| folder(base, context));
    let named = text("file").map(|named| paths::joined(base, named));
    let dockerfile = named.unwrap_or_else(|| paths::joined(context.as_deref()?, "Dockerfile"));
    let images = with("tags").map(|tags| images(file, tags, all)).unwrap_or_default();
    let at = [with("context"), with("file"), step.get("uses")].into_iter().flatten().next();
    let evidence = at.map(|node| file.stands(node.line, &[node.as_str().unwrap_or_default()], technique::DECLARED));
    let images = images.into_iter().filter_map(|(name, evidence)| Some((literal(&name)?.0, evidence))).collect();
    if let Some(evidence) = evidence {
        let target = text("target").map(str::to_owned);
        file.builds(Build { images, context, file: dockerfile, target, evidence });
    }
}

/// The folder of a context; `{{defaultContext}}` is the checkout.
fn folder(base: &str, context: &str) -> Option<String> {
    let below = context.strip_prefix("{{defaultContext}}").map(|rest| rest.strip_prefix(':').unwrap_or("."));
    paths::joined(base, below.unwrap_or(context))
}

/// The names in a list of tags, with evidence; a name that another step makes leads to that step.
fn images(file: &mut File<'_>, tags: &Node, all: &[Node]) -> Vec<(String, Evidence)> {
    let mut found = Vec::new();
    for (index, line) in tags.as_str().unwrap_or_default().split('\n').enumerate() {
        for tag in line.split(',').map(str::trim).filter(|tag| !tag.is_empty() && !tag.starts_with('#')) {
            let line = tags.line_of(index);
            let made = made_by(tag).map(|step| (step, names_of(all, step)));
            match (literal(tag), made) {
                (Some((_, raw)), _) => found.push((raw.to_owned(), file.stands(line, &[raw], technique::DECLARED))),
                (None, Some((step, names))) if !names.is_empty() => {
                    let evidence = file.stands(line, &[&format!("steps.{step}.outputs.tags")], technique::DECLARED);
                    found.extend(names.into_iter().map(|(name, line)| {
                        let (locator, raw) = file.step(line, &[&name]);
                        (name, evidence.clone().then(locator, raw))
                    }));
                }
                _ => file.warn(
                    code::UNRESOLVED,
                    line,
                    "an image is built whose name is not known before the pipeline runs",
                ),
            }
        }
    }
    found
}

/// The step whose output a tag is: `${{ steps.meta.outputs.tags }}`.
fn made_by(tag: &str) -> Option<&str> {
    let inner = tag.strip_prefix("${{")?.strip_suffix("}}")?.trim();
    let step = inner.strip_prefix("steps.")?.strip_suffix(".outputs.tags")?;
    step.chars().all(|letter| letter.is_alphanumeric() || "-_".contains(letter)).then_some(step)
}

/// The names that the step of that id makes tags for, each with its line.
fn names_of(all: &[Node], id: &str) -> Vec<(String, usize)> {
    let step = all.iter().find(|step| step.get("id").and_then(Node::as_str) == Some(id) && is_use_of(step, NAMER));
    let Some(images) = step.and_then(|step| step.at(&["with", "images"])) else { return Vec::new() };
    let lines = images.as_str().unwrap_or_default().split('\n').enumerate();
    let names = lines.flat_map(|(index, line)| line.split(',').map(move |name| (name.trim(), images.line_of(index))));
    let bare = names.map(|(name, line)| (name.strip_prefix("name=").unwrap_or(name), line));
    bare.filter_map(|(name, line)| Some((literal(name)?.1.to_owned(), line))).collect()
}
