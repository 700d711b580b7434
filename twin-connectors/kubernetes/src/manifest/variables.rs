//! The environment variables of a container, with references between them followed and where each part of a value stands.

use std::collections::HashMap;

use twin_connector_base::document::Node;
use twin_core::observe::Evidence;

use crate::manifest::file::{File, Findings};
use crate::manifest::payload::Object;

/// A value that grows beyond this by its references is left as it is written.
const LONGEST: usize = 16 << 10;

/// A variable whose value is known.
#[derive(Clone)]
pub(super) struct Variable<'a> {
    pub name: &'a str,
    /// The value, with references to earlier variables followed. Those that cannot be are left as they are.
    pub value: String,
    /// Where it is written, and as what: first the variable's own line, then those of the values that it uses.
    origins: Vec<Part<'a>>,
}

#[derive(Clone)]
struct Part<'a> {
    line: usize,
    /// The reference to the next part, as it is written here: `$(HOST)`.
    reference: String,
    /// The value as it is written; empty for a field of the pod.
    text: &'a str,
}

/// The variables of a container, in their order.
pub(super) fn variables<'a>(
    object: &Object<'_>,
    template: &'a Node,
    container: &'a Node,
    findings: &mut Findings,
) -> Vec<Variable<'a>> {
    let mut known: HashMap<&str, Variable<'a>> = HashMap::new();
    let mut variables = Vec::new();
    for entry in findings.list(object.file, container, "env") {
        let Some(name) = entry.get("name").and_then(Node::as_str) else {
            findings.mistyped(object.file, entry.line, "a variable without a name");
            continue;
        };
        if let Some(variable) = variable(name, entry, template, &known, object) {
            known.insert(name, variable.clone());
            variables.push(variable);
        }
    }
    variables
}

fn variable<'a>(
    name: &'a str,
    entry: &'a Node,
    template: &'a Node,
    known: &HashMap<&str, Variable<'a>>,
    object: &Object<'_>,
) -> Option<Variable<'a>> {
    if let Some(value) = entry.get("value") {
        return Some(expand(name, value, value.as_str()?, known));
    }
    let field = entry.at(&["valueFrom", "fieldRef", "fieldPath"])?;
    let found = field_of(template, field.as_str()?, object)?;
    let text = found.as_str()?;
    let used = Part { line: field.line, reference: field.as_str()?.to_owned(), text: "" };
    let origins = vec![used, Part { line: found.line, reference: String::new(), text: "" }];
    Some(Variable { name, value: text.to_owned(), origins })
}

/// The node that a field of the pod comes from, where the manifest itself says its value.
fn field_of<'a>(template: &'a Node, path: &str, object: &Object<'_>) -> Option<&'a Node> {
    let metadata = template.get("metadata");
    match path {
        "metadata.name" if object.kind == "Pod" => metadata?.get("name"),
        "metadata.namespace" => metadata?.get("namespace"),
        "spec.serviceAccountName" => template.at(&["spec", "serviceAccountName"]),
        _ => {
            let (field, key) = path.strip_prefix("metadata.")?.split_once('[')?;
            metadata?.get(field)?.get(key.trim_end_matches(']').trim_matches(['\'', '"']))
        }
    }
}

fn expand<'a>(name: &'a str, node: &'a Node, text: &'a str, known: &HashMap<&str, Variable<'a>>) -> Variable<'a> {
    let own = |reference: &str| Part { line: node.line, reference: reference.to_owned(), text };
    let as_written = || Variable { name, value: text.to_owned(), origins: vec![own("")] };
    let (mut value, mut origins, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, reference, after)) = next_reference(rest) {
        value.push_str(before);
        rest = after;
        match known.get(reference.trim_start_matches("$(").trim_end_matches(')')).filter(|_| !before.ends_with('$')) {
            Some(variable) => {
                value.push_str(&variable.value);
                origins.push(own(reference));
                origins.extend(variable.origins.iter().cloned());
            }
            None => value.push_str(reference),
        }
        if value.len() > LONGEST || origins.len() > LONGEST / 64 {
            return as_written();
        }
    }
    value.push_str(rest);
    match origins.is_empty() {
        true => as_written(),
        false => Variable { name, value, origins },
    }
}

/// The text before the next `$(NAME)`, the reference, and the text after it.
fn next_reference(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("$(")?;
    let end = start + text.get(start..)?.find(')')? + 1;
    Some((text.get(..start)?, text.get(start..end)?, text.get(end..)?))
}

impl Part<'_> {
    /// Whether the value itself says it. Of a field of the pod only its line is known.
    fn holds(&self, wanted: &str) -> bool {
        let own = without_references(self.text).to_ascii_lowercase();
        !wanted.is_empty() && (self.text.is_empty() || own.contains(&wanted.to_ascii_lowercase()))
    }
}

/// The name of a variable that is referred to is no part of the value.
fn without_references(text: &str) -> String {
    let (mut own, mut rest) = (String::new(), text);
    while let Some((before, _, after)) = next_reference(rest) {
        own.extend([before, "\0"]);
        rest = after;
    }
    own + rest
}

impl Variable<'_> {
    /// Whether a reference in it leads out of the manifest.
    pub fn is_open(&self) -> bool {
        self.value.contains("$(")
    }

    /// Where a part of its value stands: on its own line, or by way of the references that lead to it. Only `raw` and `name`, which hold
    /// no secret, are ever shown; `raw` is the whole that was understood, `name` what matters of it.
    pub fn evidence(&self, file: &File<'_>, raw: &str, name: &str, technique: &'static str) -> Evidence {
        let own = self.origins.first().map_or(1, |part| part.line);
        if let Some((line, shown)) = self.own_text(file, raw).or_else(|| self.own_text(file, name)) {
            return Evidence::at(file.locator(line), shown, technique).in_field(self.name);
        }
        let used = self.origins.iter().position(|part| self.shows(file, part, raw, name));
        match used.and_then(|at| self.origins.get(..=at)) {
            Some(parts) => self.chain(file, parts, raw, name, technique),
            None => file.evidence_of(name, own, technique).in_field(self.name),
        }
    }

    /// Block and folded values stand below the line on which they begin.
    fn own_text<'f>(&self, file: &File<'f>, wanted: &str) -> Option<(usize, &'f str)> {
        let own = self.origins.first().filter(|own| !own.text.is_empty() && own.holds(wanted))?;
        file.stands(wanted, own.line)
    }

    fn shows(&self, file: &File<'_>, part: &Part<'_>, raw: &str, name: &str) -> bool {
        [raw, name].into_iter().any(|wanted| part.holds(wanted) && file.stands_on(wanted, part.line).is_some())
    }

    /// From the line that uses the value to the line that holds it, each reference shown as it is written.
    fn chain(&self, file: &File<'_>, parts: &[Part<'_>], raw: &str, name: &str, technique: &'static str) -> Evidence {
        let mut lines: Vec<(usize, &str)> = parts.iter().map(|part| (part.line, part.reference.as_str())).collect();
        lines.dedup_by_key(|(line, _)| *line);
        let last = lines.pop().map_or(1, |(line, _)| line);
        let steps = lines.into_iter().map(|(line, reference)| (line, file.stands_on(reference, line).unwrap_or("")));
        let held = file.stands_on(raw, last).or_else(|| file.stands_on(name, last)).unwrap_or("");
        let mut steps = steps.chain([(last, held)]);
        let (line, shown) = steps.next().unwrap_or((last, held));
        let first = Evidence::at(file.locator(line), shown, technique).in_field(self.name);
        steps.fold(first, |evidence, (line, shown)| evidence.then(file.locator(line), shown))
    }
}
