//! `uses`: an action of the registry, a workflow or an action of the same checkout, an image.

use twin_connector_base::document::Node;
use twin_core::observe::{Target, code, technique};
use twin_core::schema::{Value, attribute};

use super::handle;
use crate::file::{Attributes, File};
use crate::paths;

/// Reads one use.
pub(super) fn read(file: &mut File<'_>, used: &Node, base: &str) {
    let Some(text) = used.as_str() else { return file.mistyped(used.line, "`uses` is no text") };
    if text.starts_with("./") {
        return local(file, used, text, base);
    }
    if let Some(image) = text.strip_prefix("docker://") {
        let node = Node {
            content: twin_connector_base::document::Content::Scalar {
                text: image.to_owned(),
                plain: false,
                literal: false,
            },
            ..used.clone()
        };
        return file.depends_on_image(&node, "build");
    }
    match published(text) {
        Some(action) => action.say(file, used.line, text),
        None => file.warn(code::SHAPE, used.line, "`uses` names no action"),
    }
}

fn local(file: &mut File<'_>, used: &Node, text: &str, base: &str) {
    match paths::joined(base, text) {
        Some(path) => {
            let evidence = file.stands(used.line, &[text], technique::EXPLICIT_REFERENCE);
            let target = Target::Handle(handle(file, &path));
            file.depends_on(target, Attributes::new(), evidence);
        }
        None => file.warn(code::UNRESOLVED, used.line, "`uses` names a path outside of the checkout"),
    }
}

/// `owner/repository[/path]@ref`.
struct Published<'a> {
    /// Without the ref, owner and repository in lower case.
    name: String,
    reference: &'a str,
}

fn published(text: &str) -> Option<Published<'_>> {
    let (name, reference) = text.split_once('@')?;
    let mut parts = name.splitn(3, '/');
    let (owner, repository, path) = (parts.next()?, parts.next()?, parts.next());
    let inside = |text: &str| {
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter))
    };
    let is_whole = inside(owner) && inside(repository) && path.is_none_or(inside) && inside(reference);
    let path = path.map(|path| format!("/{path}")).unwrap_or_default();
    is_whole.then(|| Published { name: format!("{owner}/{repository}").to_lowercase() + &path, reference })
}

impl Published<'_> {
    fn say(&self, file: &mut File<'_>, line: usize, written: &str) {
        let evidence = file.stands(line, &[written], technique::EXPLICIT_REFERENCE);
        let url = format!("pkg:githubactions/{}", self.name);
        let version = Value::from(self.reference);
        let mut attributes = Attributes::from([
            (attribute::VERSION, version.clone()),
            (attribute::DEPENDENCY_SCOPE, Value::from("build")),
        ]);
        if !is_commit(self.reference) {
            attributes.insert(attribute::VERSION_RANGE, version);
        }
        file.depends_on_package(&url, &self.name, attributes, evidence);
    }
}

/// Only a commit's full hash stays what it is; tags and branches move.
fn is_commit(reference: &str) -> bool {
    [40, 64].contains(&reference.len()) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}
