//! The shape of OTLP/JSON, as forgiving as senders are careless: a field of the wrong type spoils itself, not its document.
//!
//! Names are read in camel case (the specification) and in snake case (protobuf's own). Whatever is not named here is skipped.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// An object, or something else where an object should stand.
pub(super) enum Item<T> {
    Read(T),
    Wrong,
}

/// A list of objects, nothing, or something else where a list should stand.
pub(super) enum List<T> {
    Items(Vec<Item<T>>),
    Wrong,
}

/// A text, a number, a truth value, nothing, or something else.
#[derive(Default)]
pub(super) enum Scalar {
    #[default]
    Absent,
    Text(String),
    Unsigned(u64),
    Signed(i64),
    Real(f64),
    Flag(bool),
    Other,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct TracesData {
    #[serde(alias = "resource_spans")]
    pub resource_spans: Option<List<ResourceSpans>>,
    #[serde(alias = "resource_logs")]
    pub resource_logs: Option<IgnoredAny>,
    #[serde(alias = "resource_metrics")]
    pub resource_metrics: Option<IgnoredAny>,
    #[serde(alias = "resource_profiles")]
    pub resource_profiles: Option<IgnoredAny>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ResourceSpans {
    pub resource: Option<Item<Resource>>,
    #[serde(alias = "scope_spans", alias = "instrumentationLibrarySpans")]
    pub scope_spans: List<ScopeSpans>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Resource {
    pub attributes: List<Attribute>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ScopeSpans {
    pub spans: List<Span>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Span {
    #[serde(alias = "trace_id")]
    pub trace_id: Scalar,
    #[serde(alias = "span_id")]
    pub span_id: Scalar,
    #[serde(alias = "parent_span_id")]
    pub parent_span_id: Scalar,
    #[serde(alias = "trace_state")]
    pub trace_state: Scalar,
    pub name: Scalar,
    pub kind: Scalar,
    #[serde(alias = "start_time_unix_nano")]
    pub start_time_unix_nano: Scalar,
    #[serde(alias = "end_time_unix_nano")]
    pub end_time_unix_nano: Scalar,
    pub attributes: List<Attribute>,
    pub links: List<Link>,
    pub status: Option<Item<Status>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Link {
    #[serde(alias = "trace_id")]
    pub trace_id: Scalar,
    #[serde(alias = "span_id")]
    pub span_id: Scalar,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub code: Scalar,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Attribute {
    pub key: Scalar,
    pub value: Option<Item<AnyValue>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AnyValue {
    #[serde(alias = "string_value")]
    pub string_value: Scalar,
    #[serde(alias = "int_value")]
    pub int_value: Scalar,
    #[serde(alias = "double_value")]
    pub double_value: Scalar,
    #[serde(alias = "bool_value")]
    pub bool_value: Scalar,
}

impl AnyValue {
    /// The value as text, if it is a scalar.
    pub fn text(self) -> Option<String> {
        [self.string_value, self.int_value, self.bool_value, self.double_value].into_iter().find_map(Scalar::text)
    }
}

impl Scalar {
    /// As text; `None` for nothing and for what is no scalar.
    pub fn text(self) -> Option<String> {
        match self {
            Scalar::Text(text) => Some(text),
            Scalar::Unsigned(number) => Some(number.to_string()),
            Scalar::Signed(number) => Some(number.to_string()),
            Scalar::Real(number) => Some(number.to_string()),
            Scalar::Flag(flag) => Some(flag.to_string()),
            Scalar::Absent | Scalar::Other => None,
        }
    }

    /// As a whole number that may be written as a string, as protobuf's JSON writes 64 bits.
    pub fn number(&self) -> Option<u64> {
        match self {
            Scalar::Unsigned(number) => Some(*number),
            Scalar::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        List::Items(Vec::new())
    }
}

struct ItemVisitor<T>(PhantomData<T>);
struct ListVisitor<T>(PhantomData<T>);
struct ScalarVisitor;

fn drain_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

fn drain_seq<'de, A: SeqAccess<'de>>(mut sequence: A) -> Result<(), A::Error> {
    while sequence.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Every scalar that JSON has becomes the same value.
macro_rules! scalars_become {
    ($value:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = Item<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Item::Read)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Item<T>, A::Error> {
        drain_seq(sequence).map(|()| Item::Wrong)
    }

    fn visit_unit<E>(self) -> Result<Item<T>, E> {
        Ok(Item::Wrong)
    }

    scalars_become!(Item::Wrong);
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<List<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(List::Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
        drain_map(map).map(|()| List::Wrong)
    }

    fn visit_unit<E>(self) -> Result<List<T>, E> {
        Ok(List::default())
    }

    scalars_become!(List::Wrong);
}

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Signed(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Unsigned(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Real(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Scalar, A::Error> {
        drain_seq(sequence).map(|()| Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scalar, A::Error> {
        drain_map(map).map(|()| Scalar::Other)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}
