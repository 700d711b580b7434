//! TypeScript.

use std::fmt::Write;

use serde_json::Value;

use super::shapes::{Shapes, alternatives, doc, fields, referred};

const HEAD: &str =
    "// Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.\n";

/// One declaration for each shape.
pub fn typescript(shapes: &Shapes) -> String {
    let declarations = shapes.iter().map(|(name, schema)| declaration(name, schema));
    std::iter::once(HEAD.to_owned()).chain(declarations).collect::<Vec<String>>().join("\n")
}

fn declaration(name: &str, schema: &Value) -> String {
    let comment = comment(schema, "");
    match schema["properties"].is_object() && alternatives(schema).is_none() {
        true => format!("{comment}export interface {name} {}\n", object(schema, "")),
        false => format!("{comment}export type {name} = {}\n", written(schema, "")),
    }
}

fn comment(schema: &Value, indent: &str) -> String {
    doc(schema).map_or_else(String::new, |text| format!("{indent}/** {} */\n", text.replace("*/", "* /")))
}

fn object(schema: &Value, indent: &str) -> String {
    let inner = format!("{indent}  ");
    let mut text = "{\n".to_owned();
    for field in fields(schema) {
        let mark = if field.optional { "?" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}{inner}{}{mark}: {}",
            comment(field.schema, &inner),
            key(field.name),
            written(field.schema, &inner)
        );
    }
    format!("{text}{indent}}}")
}

fn key(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain { name.to_owned() } else { format!("'{name}'") }
}

pub fn written(schema: &Value, indent: &str) -> String {
    if let Some(name) = referred(schema) {
        return name.to_owned();
    }
    if let Some(known) = schema["known"].as_array() {
        return format!("{} | (string & {{}})", union(known.iter().map(literal)));
    }
    if let Some(alternatives) = alternatives(schema) {
        return union(alternatives.iter().map(|schema| written(schema, indent)));
    }
    if let Some(values) = schema["enum"].as_array() {
        return union(values.iter().map(literal));
    }
    if !schema["const"].is_null() {
        return literal(&schema["const"]);
    }
    match &schema["type"] {
        Value::String(name) => plain(name, schema, indent),
        Value::Array(names) => union(names.iter().filter_map(Value::as_str).map(|name| plain(name, schema, indent))),
        _ => "unknown".to_owned(),
    }
}

fn literal(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| format!("'{text}'"))
}

fn union(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<String>>().join(" | ")
}

fn plain(name: &str, schema: &Value, indent: &str) -> String {
    match name {
        "string" => "string".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "boolean".to_owned(),
        "null" => "null".to_owned(),
        "array" => array(schema, indent),
        "object" if schema["properties"].is_object() => object(schema, indent),
        "object" if schema["additionalProperties"].is_object() => {
            format!("Record<string, {}>", written(&schema["additionalProperties"], indent))
        }
        "object" => "Record<string, unknown>".to_owned(),
        _ => "unknown".to_owned(),
    }
}

fn array(schema: &Value, indent: &str) -> String {
    if let Some(items) = schema["prefixItems"].as_array() {
        let items: Vec<String> = items.iter().map(|item| written(item, indent)).collect();
        return format!("[{}]", items.join(", "));
    }
    let item = written(&schema["items"], indent);
    if item.contains(" | ") { format!("({item})[]") } else { format!("{item}[]") }
}
