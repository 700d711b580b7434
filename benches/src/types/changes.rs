//! The changes of scenarios as functions of hosts: one for each kind, its required fields by position and the others by name.

use serde_json::Value;

use super::python::written;
use super::shapes::{Field, Shapes, alternatives, doc, fields, referred};
use super::typescript::written as written_in_typescript;

/// One kind of change.
struct Kind<'a> {
    name: &'a str,
    doc: String,
    required: Vec<Field<'a>>,
    options: Vec<Field<'a>>,
}

fn kinds(shapes: &Shapes) -> Vec<Kind<'_>> {
    alternatives(&shapes["ChangeDraft"]).into_iter().flatten().map(kind).collect()
}

fn kind(schema: &Value) -> Kind<'_> {
    let place = |field: &Field<'_>| {
        let names = schema["required"].as_array().into_iter().flatten();
        names.clone().position(|name| name.as_str() == Some(field.name))
    };
    let own = fields(schema).into_iter().filter(|field| field.name != "change");
    let (options, mut required): (Vec<Field<'_>>, Vec<Field<'_>>) = own.partition(|field| field.optional);
    required.sort_by_key(place);
    let name = schema["properties"]["change"]["const"].as_str().unwrap_or_default();
    Kind { name, doc: doc(schema).unwrap_or_default(), required, options }
}

const PYTHON: &str = "\"\"\"Changes for scenarios: `now.scenario(\"payments fails\", [twin.change.fail(\"payments\")])`.\n\nWritten by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.\n\"\"\"\n\nfrom __future__ import annotations\n\nfrom typing import Any, List, Union\n\n";

const MADE: &str = "\n\ndef _made(change: str, fields: dict[str, Any]) -> Any:\n    \"\"\"A change of what was given.\"\"\"\n    return {\"change\": change} | {name: value for name, value in fields.items() if value is not None}\n";

/// A function for each kind of change.
pub fn python_changes(shapes: &Shapes) -> String {
    let kinds = kinds(shapes);
    let functions: String = kinds.iter().map(python_function).collect();
    let mut imports: Vec<&str> = shapes
        .keys()
        .map(String::as_str)
        .filter(|name| is_named(&functions, &format!("{name}\"")) || functions.contains(&format!("-> {name}:")))
        .collect();
    let drafts: Vec<String> = kinds.iter().map(|kind| format!("ChangeDraft{}", camel(kind.name, true))).collect();
    imports.extend(drafts.iter().map(String::as_str));
    imports.sort_unstable();
    imports.dedup();
    let imports: String = imports.iter().map(|name| format!("    {name},\n")).collect();
    let all: String = kinds.iter().map(|kind| format!("    \"{}\",\n", kind.name)).collect();
    format!("{PYTHON}from twin.answers import (\n{imports})\n\n__all__ = [\n    \"State\",\n{all}]\n{MADE}{functions}")
}

fn python_function(kind: &Kind<'_>) -> String {
    let Kind { name, doc, required, options } = kind;
    let mut parameters: Vec<String> =
        required.iter().map(|field| format!("{}: {}", field.name, written(field.schema))).collect();
    if !options.is_empty() {
        parameters.push("*".to_owned());
    }
    parameters.extend(
        options.iter().map(|field| format!("{}: {} | None = None", field.name, without_none(&written(field.schema)))),
    );
    let given: Vec<String> = required.iter().chain(options).map(|field| format!("\"{0}\": {0}", field.name)).collect();
    let examples: Vec<String> = required.iter().map(|field| example(field)).collect();
    let told: Vec<String> = required
        .iter()
        .zip(&examples)
        .map(|(field, value)| format!(", '{}': {}", field.name, value.replace('"', "'")))
        .collect();
    let said: String = options
        .iter()
        .filter_map(|field| Some(format!("    `{}`: {}\n", field.name, super::shapes::doc(field.schema)?)))
        .collect();
    let said = if said.is_empty() { said } else { format!("\n{said}") };
    let (draft, parameters) = (format!("ChangeDraft{}", camel(name, true)), parameters.join(", "));
    let (examples, told, given) = (examples.join(", "), told.concat(), given.join(", "));
    format!(
        "\n\ndef {name}({parameters}) -> {draft}:\n    \"\"\"{doc}\n{said}\n    >>> twin.change.{name}({examples})\n    {{'change': '{name}'{told}}}\n    \"\"\"\n    made: {draft} = _made(\"{name}\", {{{given}}})\n    return made\n"
    )
}

/// A type that may be left out anyway.
fn without_none(of: &str) -> String {
    let inner = of.strip_prefix("Union[").and_then(|rest| rest.strip_suffix("]"));
    match inner.map(|inner| inner.replace(", None", "")) {
        Some(inner) if inner.contains(", ") => format!("Union[{inner}]"),
        Some(inner) => inner,
        None => of.to_owned(),
    }
}

/// A value that a field may have.
fn example(field: &Field<'_>) -> String {
    let text = |value: &str| format!("\"{value}\"");
    match (field.name, referred(field.schema), field.schema["type"].as_str()) {
        (_, Some("Money"), _) => "{\"amount\": \"10\", \"currency\": \"EUR\"}".to_owned(),
        (_, Some("Timestamp"), _) => text("2027-01-01T00:00:00Z"),
        (_, _, Some("number" | "integer")) => "2".to_owned(),
        ("regions", _, _) => "[\"eu-west-1\"]".to_owned(),
        (_, _, Some("array")) => "[\"ads\"]".to_owned(),
        ("entity", _, _) => text("payments"),
        ("region", _, _) => text("eu-west-1"),
        (name, _, _) => text(name),
    }
}

const JAVASCRIPT: &str = "'use strict'\n// Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.\n\nconst { options } = require('./data.js')\n\n/** Names as the core spells them. */\nconst snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)\n\nconst made = (change, named, given = {}) => {\n  const spelled = Object.entries(options(given)).map(([name, value]) => [snake(name), value])\n  return { ...Object.fromEntries(spelled), ...named, change }\n}\n\n/** Changes, as a scenario takes them. */\nconst change = {\n";

/// A function for each kind of change.
pub fn javascript_changes(shapes: &Shapes) -> String {
    let function = |kind: &Kind<'_>| {
        let names: Vec<String> = kind.required.iter().map(|field| camel(field.name, false)).collect();
        let named: Vec<String> = kind
            .required
            .iter()
            .zip(&names)
            .map(|(field, name)| if field.name == name { name.clone() } else { format!("{}: {name}", field.name) })
            .collect();
        let (more, given) = if kind.options.is_empty() { ("", "") } else { (", given", ", given") };
        format!(
            "  {}: ({}{more}) => made('{}', {{ {} }}{given}),\n",
            camel(kind.name, false),
            names.join(", "),
            kind.name,
            named.join(", ")
        )
    };
    let functions: String = kinds(shapes).iter().map(function).collect();
    format!("{JAVASCRIPT}{functions}}}\n\nmodule.exports = {{ change }}\n")
}

/// What a change that a function makes is called.
pub fn typescript_changes(shapes: &Shapes) -> String {
    let function = |kind: &Kind<'_>| {
        let parameter = |field: &Field<'_>, mark: &str| {
            let told = written_in_typescript(field.schema, "").replace(" | null", "");
            format!("{}{mark}: {told}", camel(field.name, false))
        };
        let mut parameters: Vec<String> = kind.required.iter().map(|field| parameter(field, "")).collect();
        if !kind.options.is_empty() {
            let options: String = kind
                .options
                .iter()
                .map(|field| {
                    let said =
                        super::shapes::doc(field.schema).map_or_else(String::new, |doc| format!("    /** {doc} */\n"));
                    format!("{said}    {}\n", parameter(field, "?"))
                })
                .collect();
            parameters.push(format!("options?: {{\n{options}  }}"));
        }
        format!("  /** {} */\n  {}({}): ChangeDraft\n", kind.doc, camel(kind.name, false), parameters.join(", "))
    };
    let kinds = kinds(shapes);
    let functions: String = kinds.iter().map(function).collect();
    let mut imports: Vec<&str> = shapes
        .keys()
        .map(String::as_str)
        .filter(|name| {
            functions.contains(&format!(": {name}\n"))
                || functions.contains(&format!(": {name}[]\n"))
                || functions.contains(&format!(": {name},"))
                || functions.contains(&format!(": {name})"))
        })
        .collect();
    imports.push("ChangeDraft");
    imports.sort_unstable();
    imports.dedup();
    format!(
        "// Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.\n\nimport type {{ {} }} from './answers'\n\n/** Changes, as a scenario takes them. */\nexport const change: {{\n{functions}}}\n",
        imports.join(", ")
    )
}

fn camel(name: &str, upper: bool) -> String {
    let mut camel = String::new();
    for (place, word) in name.split('_').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if upper || place > 0 => camel.extend(first.to_uppercase()),
            Some(first) => camel.push(first),
            None => {}
        }
        camel.extend(letters);
    }
    camel
}

/// Whether a text has a word, and not only as the end of a longer one.
fn is_named(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(|letter: char| letter.is_alphanumeric()))
}
