//! Python.

use std::fmt::Write;

use serde_json::Value;

use super::shapes::{Field, Shapes, alternatives, doc, fields, referred};

const HEAD: &str = "\"\"\"The shapes of what the core tells, as plain dictionaries.\n\nWritten by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.\n\"\"\"\n\nfrom __future__ import annotations\n\nfrom typing import Any, Dict, List, Literal, Tuple, TypedDict, Union\n";

/// Words that cannot be names of fields in a class.
const KEYWORDS: [&str; 6] = ["from", "class", "in", "is", "not", "global"];

/// One declaration for each shape; the objects among the alternatives of a shape get names of their own.
pub fn python(shapes: &Shapes) -> String {
    let mut text = HEAD.to_owned();
    for (name, schema) in shapes {
        declare(&mut text, name, schema);
    }
    text
}

/// Writing to a string cannot fail.
fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn declare(text: &mut String, name: &str, schema: &Value) {
    if schema["properties"].is_object() && alternatives(schema).is_none() {
        return dictionary(text, name, schema);
    }
    let mut parts = Vec::new();
    for (place, part) in alternatives(schema).into_iter().flatten().enumerate() {
        if part["properties"].is_object() {
            let own = format!("{name}{}", variant(part).unwrap_or_else(|| place.to_string()));
            dictionary(text, &own, part);
            parts.push(format!("\"{own}\""));
        } else {
            parts.push(written(part));
        }
    }
    let of = if parts.is_empty() { written(schema) } else { format!("Union[{}]", parts.join(", ")) };
    push(text, format_args!("\n{name} = {of}\n"));
    docstring(text, schema, "");
}

/// What tells a variant from the others: its tag, or its only field.
fn variant(schema: &Value) -> Option<String> {
    let tags = fields(schema).into_iter().filter_map(|field| field.schema["const"].as_str().map(camel)).next();
    let only = fields(schema).into_iter().map(|field| camel(field.name)).next();
    tags.or(only)
}

fn camel(name: &str) -> String {
    let capital = |word: &str| {
        word.chars().next().map(|first| first.to_uppercase().collect::<String>() + &word[first.len_utf8()..])
    };
    name.split('_').filter_map(capital).collect()
}

fn docstring(text: &mut String, schema: &Value, indent: &str) {
    if let Some(line) = doc(schema) {
        push(text, format_args!("{indent}\"\"\"{}\"\"\"\n", line.replace('\\', "\\\\").replace('"', "'")));
    }
}

fn dictionary(text: &mut String, name: &str, schema: &Value) {
    let all = fields(schema);
    if all.iter().any(|field| KEYWORDS.contains(&field.name)) {
        return functional(text, name, schema, &all);
    }
    let (optional, required): (Vec<&Field<'_>>, Vec<&Field<'_>>) = all.iter().partition(|field| field.optional);
    match (required.is_empty(), optional.is_empty()) {
        (false, false) => {
            class(text, &format!("_{name}"), "TypedDict", None, &required);
            class(text, name, &format!("_{name}, total=False"), Some(schema), &optional);
        }
        (true, false) => class(text, name, "TypedDict, total=False", Some(schema), &optional),
        _ => class(text, name, "TypedDict", Some(schema), &required),
    }
}

fn class(text: &mut String, name: &str, base: &str, schema: Option<&Value>, fields: &[&Field<'_>]) {
    push(text, format_args!("\n\nclass {name}({base}):\n"));
    match schema.and_then(doc) {
        Some(_) => docstring(text, schema.unwrap_or(&Value::Null), "    "),
        None => push(text, format_args!("    \"\"\"The fields that are always there.\"\"\"\n")),
    }
    for field in fields {
        push(text, format_args!("\n    {}: {}\n", field.name, written(field.schema)));
        docstring(text, field.schema, "    ");
    }
}

/// A field may be called like a word of the language: then the class is made by a call.
fn functional(text: &mut String, name: &str, schema: &Value, fields: &[Field<'_>]) {
    push(text, format_args!("\n\n{name} = TypedDict(\n    \"{name}\",\n    {{\n"));
    for field in fields {
        push(text, format_args!("        \"{}\": {},\n", field.name, quoted(&written(field.schema))));
    }
    push(text, format_args!("    }},\n)\n"));
    docstring(text, schema, "");
}

/// A call's types are looked at at once, so those that come later are quoted; a name that is quoted already, once.
fn quoted(of: &str) -> String {
    let bare = of.trim_matches('"');
    let of = if bare.contains('"') { of.replace('"', "'") } else { bare.to_owned() };
    format!("\"{of}\"")
}

pub fn written(schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        return format!("\"{name}\"");
    }
    if schema["known"].is_array() {
        return "str".to_owned();
    }
    if let Some(alternatives) = alternatives(schema) {
        return union(alternatives.iter().map(written));
    }
    if let Some(values) = schema["enum"].as_array() {
        return format!("Literal[{}]", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }
    if !schema["const"].is_null() {
        return format!("Literal[{}]", schema["const"]);
    }
    match &schema["type"] {
        Value::String(name) => plain(name, schema),
        Value::Array(names) => union(names.iter().filter_map(Value::as_str).map(|name| plain(name, schema))),
        _ => "Any".to_owned(),
    }
}

fn union(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if let [only] = &parts[..] { only.clone() } else { format!("Union[{}]", parts.join(", ")) }
}

fn plain(name: &str, schema: &Value) -> String {
    match name {
        "string" => "str".to_owned(),
        "integer" => "int".to_owned(),
        "number" => "float".to_owned(),
        "boolean" => "bool".to_owned(),
        "null" => "None".to_owned(),
        "array" => array(schema),
        "object" if schema["additionalProperties"].is_object() => {
            format!("Dict[str, {}]", written(&schema["additionalProperties"]))
        }
        "object" => "Dict[str, Any]".to_owned(),
        _ => "Any".to_owned(),
    }
}

fn array(schema: &Value) -> String {
    if let Some(items) = schema["prefixItems"].as_array() {
        return format!("Tuple[{}]", items.iter().map(written).collect::<Vec<_>>().join(", "));
    }
    format!("List[{}]", written(&schema["items"]))
}
