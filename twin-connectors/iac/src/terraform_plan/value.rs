//! Values within a resource's attributes: found by a path, compared, and kept only if they cannot be secret.

use serde_json::Value;

/// The longest text that is kept: names, sizes and versions are shorter.
const LONGEST: usize = 256;

/// The values at the end of a path of keys, through all lists on the way.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    path.split('.')
        .fold(items(value), |nodes, key| nodes.into_iter().filter_map(|node| node.get(key)).flat_map(items).collect())
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        _ => vec![value],
    }
}

/// Whether a tree of marks, such as `after_unknown`, marks the end of a path, anything on the way, or anything beneath it.
pub(super) fn is_marked(marks: &Value, path: &str) -> bool {
    let mut steps = path.split('.');
    let mut waiting = vec![marks];
    loop {
        let (lists, others): (Vec<&Value>, Vec<&Value>) = waiting.into_iter().partition(|mark| mark.is_array());
        if others.iter().any(|mark| **mark == Value::Bool(true)) {
            return true;
        }
        let inner: Vec<&Value> = lists.into_iter().filter_map(Value::as_array).flatten().collect();
        if !inner.is_empty() {
            waiting = others.into_iter().chain(inner).collect();
            continue;
        }
        let Some(key) = steps.next() else { return others.into_iter().any(has_mark) };
        waiting = others.into_iter().filter_map(|mark| mark.get(key)).collect();
        if waiting.is_empty() {
            return false;
        }
    }
}

fn has_mark(marks: &Value) -> bool {
    let mut waiting = vec![marks];
    while let Some(mark) = waiting.pop() {
        match mark {
            Value::Bool(true) => return true,
            Value::Array(list) => waiting.extend(list),
            Value::Object(fields) => waiting.extend(fields.values()),
            _ => {}
        }
    }
    false
}

/// The same value without what stands at the end of a path.
pub(super) fn remove(value: &mut Value, path: &str) {
    let steps: Vec<&str> = path.split('.').collect();
    let Some((last, before)) = steps.split_last() else { return };
    let mut nodes = vec![value];
    for key in before.iter().map(Some).chain([None]) {
        let mut next = Vec::new();
        let mut flat = Vec::new();
        for node in nodes {
            match node {
                Value::Array(list) => flat.extend(list.iter_mut()),
                node => flat.push(node),
            }
        }
        for node in flat {
            let Some(fields) = node.as_object_mut() else { continue };
            match key {
                Some(key) => next.extend(fields.get_mut(*key)),
                None => drop(fields.remove(*last)),
            }
        }
        nodes = next;
    }
}

/// A text, number or truth as a word, if it looks like a name, a size or a version; anything else may be secret.
pub(super) fn word(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        _ => return None,
    };
    is_word(&text).then_some(text)
}

pub(super) fn is_word(text: &str) -> bool {
    // An address may have a user and a password before its `@`; an image has a digest behind it.
    let has_user = text.contains('@') && !text.contains("@sha256:");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/@+".contains(&byte);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain) && !has_user && !text.contains("://")
}

/// A whole number, also one that stands as a text.
pub(super) fn count(word: &str) -> Option<u32> {
    word.parse().ok()
}
