//! Time: microseconds since 1970 in UTC. The core never reads a clock; every "now" is handed in.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment in UTC with microsecond resolution, between the years 0000 and 9999. Written as RFC 3339 with `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const EARLIEST: i64 = -62_167_219_200_000_000;
const LATEST: i64 = 253_402_207_199_999_999;

impl Timestamp {
    /// The first moment that can be told.
    pub const MIN: Timestamp = Timestamp(EARLIEST);
    /// The last moment that can be told.
    pub const MAX: Timestamp = Timestamp(LATEST);

    /// From microseconds since 1970-01-01T00:00:00Z; `None` outside the years 0000 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (EARLIEST..=LATEST).contains(&micros).then_some(Timestamp(micros))
    }

    /// From nanoseconds since 1970, as OpenTelemetry counts them; rounds down to the microsecond.
    pub fn from_unix_nanos(nanos: u64) -> Option<Self> {
        i64::try_from(nanos / 1_000).ok().and_then(Self::from_micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 (`2026-11-20T09:14:00Z`, any offset), a civil date-time taken as UTC (`2026-11-20 09:14:00`), or a date (midnight UTC).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let at = text.parse::<jiff::Timestamp>().ok().or_else(|| civil(text))?;
        Self::from_micros(at.as_microsecond())
    }

    /// This moment and `span` later, or the last moment that can be told.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Timestamp(self.0.saturating_add(micros).min(LATEST))
    }

    /// The next moment that can be told apart from this one.
    #[must_use]
    pub fn next(self) -> Self {
        self.after(Duration::from_micros(1))
    }

    /// The year and the month that begin at this moment in UTC, if one does: within the first second.
    pub(crate) fn month_begun(self) -> Option<(i16, i8)> {
        let at = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::from_microsecond(self.0).ok()?);
        let is_first = (at.day(), at.hour(), at.minute(), at.second()) == (1, 0, 0, 0);
        is_first.then(|| (at.year(), at.month()))
    }

    /// How long after `earlier` this moment is; nothing if it is before.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn civil(text: &str) -> Option<jiff::Timestamp> {
    let moment = text
        .parse::<jiff::civil::DateTime>()
        .or_else(|_| text.parse::<jiff::civil::Date>().map(|date| date.at(0, 0, 0, 0)))
        .ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => at.fmt(f),
            Err(_) => write!(f, "{} us", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time", "description": "A moment, RFC 3339 in UTC."})
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Timestamp::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("not a time: {text}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_sources_write_and_writes_rfc_3339() {
        let cases = [
            ("2026-11-20T09:14:00Z", "2026-11-20T09:14:00Z"),
            ("2026-11-20T10:14:00+01:00", "2026-11-20T09:14:00Z"),
            ("2024-10-01 00:00:00", "2024-10-01T00:00:00Z"),
            ("2026-11-15", "2026-11-15T00:00:00Z"),
            ("2026-11-20T09:14:00.1234567Z", "2026-11-20T09:14:00.123456Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(Timestamp::parse(text).map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(Timestamp::parse("year 300000"), None);
        assert_eq!(Timestamp::from_micros(i64::MAX), None);
    }
}
