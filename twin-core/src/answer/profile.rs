//! What a question may need of its sources.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};

/// A named need for freshness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Profile {
    /// Each source's own stale-after age.
    #[default]
    Cadence,
    /// Nothing older than a minute.
    Incident,
    /// Nothing older than a day.
    Planning,
    /// Whatever was known at the time that is asked about.
    Audit,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Profile; 4] = [Profile::Cadence, Profile::Incident, Profile::Planning, Profile::Audit];

    /// The name of the profile.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Cadence => "cadence",
            Profile::Incident => "incident",
            Profile::Planning => "planning",
            Profile::Audit => "audit",
        }
    }

    /// Reads a profile's name.
    ///
    /// # Errors
    /// `Unknown`, with the nearest profile.
    pub fn parse(name: &str) -> Result<Profile> {
        let found = Profile::ALL.into_iter().find(|profile| profile.as_str() == name);
        found.ok_or_else(|| Error::unknown("profile", name, Profile::ALL.map(Profile::as_str)))
    }

    /// The oldest reading that is good enough, where a source by itself would go stale after `stale_after`.
    pub fn required(self, stale_after: Duration) -> Duration {
        match self {
            Profile::Cadence => stale_after,
            Profile::Incident => Duration::from_secs(60),
            Profile::Planning => Duration::from_secs(24 * 60 * 60),
            Profile::Audit => Duration::MAX,
        }
    }
}
