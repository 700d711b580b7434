//! The list of decoders: one line each.

use std::fmt;

use twin_connector_base::Decoder;
use twin_connector_code::codeowners::Codeowners;
use twin_connector_code::config::ApplicationConfig;
use twin_connector_code::dockerfile::Dockerfile;
use twin_connector_code::git::Git;
use twin_connector_cost::focus::Focus;
use twin_connector_delivery::github_actions::GithubActions;
use twin_connector_delivery::gitlab_ci::GitlabCi;
use twin_connector_iac::compose::Compose;
use twin_connector_iac::terraform_hcl::TerraformHcl;
use twin_connector_iac::terraform_state::TerraformState;
use twin_connector_knowledge::decisions::DecisionRecords;
use twin_connector_kubernetes::Kubernetes;
use twin_connector_telemetry::otlp::OtlpTraces;
use twin_core::base::{Error, Result};

/// A decoder and the endings of the files in which its records are usually found.
#[derive(Clone, Copy)]
pub struct Registered {
    /// Who reads.
    pub decoder: &'static dyn Decoder,
    /// Endings without the dot, lower case. A file with such an ending that nobody recognises is a blind spot worth naming;
    /// one that cannot be opened may have held this decoder's records.
    pub endings: &'static [&'static str],
}

impl Registered {
    /// A row of the list.
    pub const fn new(decoder: &'static dyn Decoder, endings: &'static [&'static str]) -> Self {
        Registered { decoder, endings }
    }

    /// The decoder's name.
    pub fn sort(&self) -> String {
        self.decoder.capability().sort
    }

    /// Whether its records are usually found in files with the ending of `path`.
    pub fn may_read(&self, path: &str) -> bool {
        ending(path).is_some_and(|ending| self.endings.contains(&ending.as_str()))
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sort())
    }
}

static REGISTRY: &[Registered] = &[
    Registered::new(&Kubernetes, &["json", "yaml", "yml"]),
    Registered::new(&Compose, &["yaml", "yml"]),
    Registered::new(&TerraformState, &["json", "tfstate"]),
    Registered::new(&TerraformHcl, &["tf", "tofu"]),
    Registered::new(&OtlpTraces, &["json", "jsonl", "pb"]),
    Registered::new(&Codeowners, &[]),
    Registered::new(&ApplicationConfig, &["conf", "env", "properties", "toml", "yaml", "yml"]),
    // Not `md`: most of what is written in Markdown decides nothing, and to name it all would hide the blind spots.
    Registered::new(&DecisionRecords, &[]),
    Registered::new(&Focus, &["csv"]),
    Registered::new(&Dockerfile, &["dockerfile"]),
    Registered::new(&Git, &[]),
    Registered::new(&GithubActions, &["yaml", "yml"]),
    Registered::new(&GitlabCi, &["yaml", "yml"]),
];

/// Every decoder that ships, in the order in which ties are read.
pub fn registry() -> &'static [Registered] {
    REGISTRY
}

/// The decoder called `sort`.
///
/// # Errors
/// `Unknown` with the nearest names if there is none.
pub(crate) fn find(decoders: &[Registered], sort: &str) -> Result<Registered> {
    let sorts: Vec<String> = decoders.iter().map(Registered::sort).collect();
    let place = sorts.iter().position(|known| known == sort);
    place
        .and_then(|place| decoders.get(place).copied())
        .ok_or_else(|| Error::unknown("source", sort, sorts.iter().map(String::as_str)))
}

/// The part after the last dot of a file's name, lower case. `.env` ends in `env`.
pub(crate) fn ending(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).filter(|ending| !ending.is_empty())
}
