//! The words of the estate language: times, records, targets, values.

use std::collections::BTreeMap;

use crate::base::{Money, Timestamp};
use crate::observe::{Handle, RecordKey, SourceId, Space, Target};
use crate::schema::{Kind, Schema, Value, ValueType};

/// A time: RFC 3339, or `hh:mm` of 2026-01-01.
pub(super) fn time(word: &str) -> Result<Timestamp, String> {
    let short = (word.len() == 5).then(|| format!("2026-01-01T{word}:00Z"));
    Timestamp::parse(short.as_deref().unwrap_or(word)).ok_or_else(|| format!("{word} is no time"))
}

/// `Kind:[cluster/][namespace/]name`.
pub(super) fn record(source: &SourceId, word: &str) -> Result<RecordKey, String> {
    let (kind, path) = word.split_once(':').ok_or_else(|| format!("{word} is no record: write Kind:name"))?;
    let parts: Vec<&str> = path.split('/').collect();
    let key = |name: &str| RecordKey::new(source, Kind::from(kind.to_owned()), name);
    match parts[..] {
        [name] => Ok(key(name)),
        [namespace, name] => Ok(key(name).in_namespace(Some(namespace))),
        [cluster, namespace, name] => Ok(key(name).in_cluster(cluster).in_namespace(Some(namespace))),
        _ => Err(format!("{word} has too many parts")),
    }
}

/// `space:value` or `space:value@within`.
pub(super) fn handle(word: &str) -> Result<Handle, String> {
    let (space, value) = word.split_once(':').ok_or_else(|| format!("{word} is no name: write space:value"))?;
    let space = self::space(space).ok_or_else(|| format!("{space} is no space of names"))?;
    Ok(match value.split_once('@') {
        Some((value, within)) => Handle::within(space, value, within),
        None => Handle::global(space, value),
    })
}

fn space(word: &str) -> Option<Space> {
    serde_json::from_value(serde_json::Value::from(word)).ok()
}

/// A record, a name, or `select:network?key=value,…`.
pub(super) fn target(source: &SourceId, word: &str) -> Result<Target, String> {
    if let Some(selector) = word.strip_prefix("select:") {
        let (within, labels) = selector.split_once('?').ok_or_else(|| format!("{word} selects nothing"))?;
        let pair = |label: &str| label.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        let labels: Option<BTreeMap<String, String>> = labels.split(',').map(pair).collect();
        let labels = labels.ok_or_else(|| format!("{word}: labels are key=value"))?;
        return Ok(Target::Selector { within: within.to_owned(), labels });
    }
    let is_record = word.starts_with(char::is_uppercase);
    if is_record { record(source, word).map(Target::Record) } else { handle(word).map(Target::Handle) }
}

/// Counts by bucket: `465:60,500:40`.
fn sketch(word: &str) -> Option<Vec<(u16, u64)>> {
    let bucket = |pair: &str| {
        let (bucket, count) = pair.split_once(':')?;
        Some((bucket.parse().ok()?, count.parse().ok()?))
    };
    word.split(',').map(bucket).collect()
}

/// A value of the type that the table gives the attribute; text where it has no row.
pub(super) fn value(schema: &Schema, attribute: &str, word: &str) -> Result<Value, String> {
    let wrong = || format!("{word} is no value of {attribute}");
    let number = || word.parse::<u64>().map_err(|_| wrong());
    let row = schema.attribute(attribute).map_or(ValueType::Text, |row| row.value);
    Ok(match row {
        ValueType::Text => Value::Text(word.to_owned()),
        ValueType::Sketch => Value::Sketch(sketch(word).ok_or_else(wrong)?),
        ValueType::Texts => Value::Texts(word.split(',').map(str::to_owned).collect()),
        ValueType::Integer => Value::Integer(word.parse().map_err(|_| wrong())?),
        ValueType::Flag => Value::Flag(word == "true"),
        ValueType::Money => Value::Money(Money::parse(word, "EUR").ok_or_else(wrong)?),
        ValueType::Duration => Value::Duration(number()?),
        ValueType::Bytes => Value::Bytes(number()?),
        ValueType::Ratio => Value::Ratio(number()?),
        ValueType::Timestamp => Value::Timestamp(time(word)?),
    })
}
