//! Jobs: what they run in, what they wait for, where they release to.

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::document::{Content, Node};
use twin_core::observe::code;

use super::include;
use crate::file::File;
use crate::needs::{Waiting, flaws};
use crate::shell::Shell;

/// Reads all jobs.
pub(super) fn read_all(file: &mut File<'_>, root: &Node, base: &str) {
    let all: Vec<(&str, usize, &Node)> = super::jobs(root).collect();
    let by_name: BTreeMap<&str, &Node> = all.iter().map(|(name, _, node)| (*name, *node)).collect();
    let used = used(&all, &by_name);
    let mut waiting = Vec::new();
    for (name, line, node) in &all {
        let is_job = !name.starts_with('.');
        match &node.content {
            Content::Mapping(_) if used.contains(name) => read(file, node, base),
            Content::Mapping(_) => {}
            _ if is_job => file.mistyped(*line, "a job that is no mapping"),
            _ => {}
        }
        if is_job && matches!(node.content, Content::Mapping(_)) {
            waiting.push(Waiting { job: (*name).to_owned(), line: *line, needs: needs(node) });
        }
    }
    file.jobs(waiting.iter().map(|job| job.job.clone()).collect(), waiting.first().map_or(1, |job| job.line));
    let has_more = root.get("include").is_some();
    let wrong = flaws(&waiting, has_more).into_iter().chain(extends_flaws(&all, &by_name, has_more));
    wrong.collect::<Vec<_>>().into_iter().for_each(|(line, why)| file.warn(code::UNRESOLVED, line, why));
}

/// The jobs that are no templates, and the templates that they extend, however far up. A file of nothing but templates is used by others.
fn used<'n>(all: &[(&'n str, usize, &'n Node)], by_name: &BTreeMap<&'n str, &'n Node>) -> BTreeSet<&'n str> {
    let jobs = all.iter().map(|(name, _, _)| *name).filter(|name| !name.starts_with('.'));
    let mut open: Vec<&str> = jobs.collect();
    if open.is_empty() {
        open = all.iter().map(|(name, _, _)| *name).collect();
    }
    let mut used = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let (true, Some(node)) = (used.insert(name), by_name.get(name)) {
            open.extend(extended(node).filter_map(Node::as_str));
        }
    }
    used
}

fn extended(job: &Node) -> impl Iterator<Item = &Node> {
    let node = job.get("extends");
    let single = node.filter(|node| node.as_str().is_some());
    node.map(Node::items).unwrap_or_default().iter().chain(single)
}

/// Templates that are not there, and those that extend themselves.
fn extends_flaws(
    all: &[(&str, usize, &Node)],
    by_name: &BTreeMap<&str, &Node>,
    has_more: bool,
) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    let mut jobs = Vec::new();
    for (name, line, node) in all {
        let names: Vec<(String, usize)> =
            extended(node).filter_map(|base| Some((base.as_str()?.to_owned(), base.line))).collect();
        let unknown = names.iter().filter(|(base, _)| !has_more && !by_name.contains_key(base.as_str()));
        found.extend(unknown.map(|(_, line)| (*line, "a job extends one that is not there")));
        jobs.push(Waiting { job: (*name).to_owned(), line: *line, needs: names });
    }
    found.extend(flaws(&jobs, true).into_iter().map(|(line, _)| (line, "jobs extend each other in a circle")));
    found
}

fn needs(job: &Node) -> Vec<(String, usize)> {
    let needs = job.get("needs").map(Node::items).unwrap_or_default().iter();
    let here = needs.filter(|need| need.get("project").is_none() && need.get("pipeline").is_none());
    let must = here.filter(|need| need.get("optional").and_then(Node::as_bool) != Some(true));
    must.filter_map(|need| Some((need.as_str().or(need.get("job").and_then(Node::as_str))?.to_owned(), need.line)))
        .collect()
}

fn read(file: &mut File<'_>, job: &Node, base: &str) {
    images(file, job);
    if let Some(environment) = job.get("environment") {
        file.environment(environment);
    }
    if let Some(trigger) = job.get("trigger") {
        include::trigger(file, trigger, base);
    }
    scripts(file, job, base);
}

/// The image that a job runs in, and those of the services beside it.
pub(super) fn images(file: &mut File<'_>, holder: &Node) {
    let name = |node: &Node| node.get("name").cloned().unwrap_or_else(|| node.clone());
    holder.get("image").into_iter().for_each(|image| file.depends_on_image(&name(image), "build"));
    for service in holder.get("services").map(Node::items).unwrap_or_default() {
        file.depends_on_image(&name(service), "development");
    }
}

/// What its scripts build. They run in one shell, but for the last.
pub(super) fn scripts(file: &mut File<'_>, holder: &Node, base: &str) {
    let mut shell = Shell::new(Some(base.to_owned()));
    for key in ["before_script", "script"] {
        holder.get(key).into_iter().for_each(|script| lines(file, script, &mut shell));
    }
    let mut shell = Shell::new(Some(base.to_owned()));
    holder.get("after_script").into_iter().for_each(|script| lines(file, script, &mut shell));
}

/// The lines of a script may stand in lists within the list.
fn lines(file: &mut File<'_>, script: &Node, shell: &mut Shell) {
    let mut open = vec![script];
    while let Some(node) = open.pop() {
        file.script(node, shell);
        open.extend(node.items().iter().rev());
    }
}
