//! Jobs of a workflow.

use twin_connector_base::document::{Content, Node};

use super::{step, uses};
use crate::file::{File, is_plain};
use crate::needs::Waiting;
use crate::paths;
use twin_core::observe::technique;

/// Reads all jobs, and returns what they wait for. `folder` is where steps run if nothing else is said.
pub(super) fn read_all(file: &mut File<'_>, jobs: &Node, base: &str, folder: Option<&Node>) -> Vec<Waiting> {
    let mut waiting = Vec::new();
    for (name, node) in jobs.entries() {
        match (name.as_str(), &node.content) {
            (Some(job), Content::Mapping(_)) => {
                waiting.push(Waiting { job: job.to_owned(), line: name.line, needs: needs(node) });
                read(file, node, base, folder);
            }
            _ => file.mistyped(name.line, "a job that is no mapping"),
        }
    }
    if let Some(folder) = folder {
        works_in(file, base, folder);
    }
    waiting
}

fn needs(job: &Node) -> Vec<(String, usize)> {
    let Some(needs) = job.get("needs") else { return Vec::new() };
    let all = needs.items().iter().chain(needs.as_str().map(|_| needs));
    all.filter_map(|need| Some((need.as_str()?.to_owned(), need.line))).collect()
}

fn read(file: &mut File<'_>, job: &Node, base: &str, folder: Option<&Node>) {
    runs_on(file, job);
    if let Some(environment) = job.get("environment") {
        file.environment(environment);
    }
    if let Some(used) = job.get("uses") {
        uses::read(file, used, base);
    }
    if let Some(container) = job.get("container") {
        file.depends_on_image(container.get("image").unwrap_or(container), "build");
    }
    for (_, service) in job.get("services").map(Node::entries).unwrap_or_default() {
        service.get("image").into_iter().for_each(|image| file.depends_on_image(image, "development"));
    }
    let own = job.at(&["defaults", "run", "working-directory"]);
    own.into_iter().for_each(|folder| works_in(file, base, folder));
    step::read_all(file, job, base, own.or(folder));
}

/// The runners that it asks for.
fn runs_on(file: &mut File<'_>, job: &Node) {
    let Some(node) = job.get("runs-on") else { return };
    let node = node.get("labels").or(node.get("group")).unwrap_or(node);
    for label in node.items().iter().chain(node.as_str().map(|_| node)) {
        if let Some(text) = label.as_str().filter(|text| is_plain(text)) {
            file.label("runs-on", text, label.line);
        }
    }
}

/// Who works in a folder builds what stands there.
pub(super) fn works_in(file: &mut File<'_>, base: &str, folder: &Node) {
    let Some(text) = folder.as_str() else { return };
    if let Some(path) = paths::joined(base, text).filter(|path| !path.is_empty() && path != base) {
        let evidence = file.stands(folder.line, &[text], technique::DECLARED);
        file.builder_of(&path, evidence);
    }
}
