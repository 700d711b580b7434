//! What is resolved: records as their systems tell them.

use serde_json::{Map, Value};

/// One record of one system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// What names the record for ever: unique among those that are resolved together.
    pub id: String,
    /// Where it was read: `git`, `k8s`, `billing`.
    pub system: String,
    /// What it is there: `Deployment`, `repository`, `cost-tag`.
    pub kind: String,
    /// What it is called there; may be empty.
    pub name: String,
    /// What else is said of it: paths of fields with values, such as `labels.app`; a list is its path with `[]`, once for each item.
    pub attributes: Vec<(String, String)>,
}

/// One record, as it lies where it was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row<'r> {
    /// See [`Record::id`].
    pub id: &'r str,
    /// See [`Record::system`].
    pub system: &'r str,
    /// See [`Record::kind`].
    pub kind: &'r str,
    /// See [`Record::name`].
    pub name: &'r str,
    /// See [`Record::attributes`].
    pub attributes: &'r [(&'r str, &'r str)],
}

impl Record {
    /// A record whose attributes are a JSON object: maps become paths with dots, lists paths with `[]`, and what is null is not said. O(length).
    #[must_use]
    pub fn of_json(id: String, system: String, kind: String, name: String, attributes: &Map<String, Value>) -> Self {
        let mut record = Record { id, system, kind, name, attributes: Vec::new() };
        for (field, value) in attributes {
            record.say(field.clone(), value, 0);
        }
        record
    }

    fn say(&mut self, path: String, value: &Value, depth: usize) {
        match value {
            Value::Null => {}
            // Nobody identifies anything by what lies deeper.
            _ if depth > DEEPEST => {}
            Value::String(text) => self.attributes.push((path, text.clone())),
            Value::Array(items) => items.iter().for_each(|item| self.say(format!("{path}[]"), item, depth + 1)),
            Value::Object(fields) => {
                fields.iter().for_each(|(field, value)| self.say(format!("{path}.{field}"), value, depth + 1));
            }
            Value::Bool(_) | Value::Number(_) => self.attributes.push((path, value.to_string())),
        }
    }
}

/// Fields below so many others are not read.
const DEEPEST: usize = 8;
