//! The value of an attribute, with its unit in its type.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Money, Timestamp};

/// A typed value. In JSON: `{"text": "…"}`, `{"money": {"currency": "EUR", "amount": "12.5"}}` and so on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Value {
    /// Any text that is no secret.
    Text(String),
    /// Several texts, in the order of the source.
    Texts(Vec<String>),
    /// A whole number without unit.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
    /// An amount in a currency.
    Money(Money),
    /// Microseconds.
    Duration(u64),
    /// Bytes.
    Bytes(u64),
    /// Parts per million.
    Ratio(u64),
    /// A moment.
    Timestamp(Timestamp),
    /// Counts by bucket: a mergeable histogram of durations. Bucket `i` holds durations in microseconds of at least `g^i` and less than `g^(i+1)`
    /// with `g = 1.02`; the relative error of a quantile read from it is at most 2 %. Pairs are sorted by bucket.
    Sketch(Vec<(u16, u64)>),
}

impl Value {
    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if this is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The amount, if this is one.
    pub fn as_money(&self) -> Option<&Money> {
        match self {
            Value::Money(money) => Some(money),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Texts(texts) => f.write_str(&texts.join(", ")),
            Value::Integer(number) => number.fmt(f),
            Value::Flag(flag) => flag.fmt(f),
            Value::Money(money) => money.fmt(f),
            Value::Duration(micros) => write!(f, "{micros} us"),
            Value::Bytes(bytes) => write!(f, "{bytes} B"),
            Value::Ratio(parts) => write!(f, "{parts} ppm"),
            Value::Timestamp(at) => at.fmt(f),
            Value::Sketch(buckets) => write!(f, "{} observations", buckets.iter().map(|(_, count)| count).sum::<u64>()),
        }
    }
}
