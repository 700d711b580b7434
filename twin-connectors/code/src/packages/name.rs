//! Names of packages: what they are called within an ecosystem, as package URL, and by people.

use twin_core::observe::{Handle, RecordKey, SourceId, Space};
use twin_core::schema::kind;

/// A package manager's world of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Ecosystem {
    Cargo,
    Npm,
    Python,
    Go,
    Maven,
}

impl Ecosystem {
    /// The type of a package URL.
    pub fn of_url(self) -> &'static str {
        match self {
            Ecosystem::Cargo => "cargo",
            Ecosystem::Npm => "npm",
            Ecosystem::Python => "pypi",
            Ecosystem::Go => "golang",
            Ecosystem::Maven => "maven",
        }
    }

    /// The one spelling of a name that may be spelled in several ways.
    pub fn normal(self, name: &str) -> String {
        match self {
            Ecosystem::Python => python(name),
            _ => name.trim().to_owned(),
        }
    }

    /// The name that people use: without the organisation before it.
    pub fn short(self, name: &str) -> &str {
        match self {
            Ecosystem::Cargo | Ecosystem::Python => name,
            Ecosystem::Npm => name.rsplit('/').next().unwrap_or(name),
            Ecosystem::Go => without_major(name).rsplit('/').next().unwrap_or(name),
            Ecosystem::Maven => name.rsplit(':').next().unwrap_or(name),
        }
    }

    /// The package URL without version.
    pub fn url(self, name: &str) -> Handle {
        let path = match self {
            Ecosystem::Go => name.to_lowercase(),
            Ecosystem::Maven => name.replacen(':', "/", 1),
            _ => name.to_owned(),
        };
        let path: String = path.chars().map(encoded).collect();
        Handle::global(Space::Package, format!("pkg:{}/{path}", self.of_url()))
    }
}

/// PEP 503: runs of `-`, `_` and `.` are one `-`, and case does not tell.
fn python(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.trim().chars().map(|letter| letter.to_ascii_lowercase()) {
        match letter {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            letter => normal.push(letter),
        }
    }
    normal
}

/// A module without the `/v2` of its later major versions.
fn without_major(module: &str) -> &str {
    let is_major = |last: &str| {
        last.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    match module.rsplit_once('/') {
        Some((before, last)) if is_major(last) => before,
        _ => module,
    }
}

fn encoded(letter: char) -> String {
    if letter.is_ascii_alphanumeric() || ".-_~/".contains(letter) {
        return letter.to_string();
    }
    let mut bytes = [0; 4];
    letter.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The key of a package.
pub(crate) fn package_key(source: &SourceId, ecosystem: Ecosystem, name: &str) -> RecordKey {
    RecordKey::new(source, kind::PACKAGE, format!("{}:{name}", ecosystem.of_url()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling_a_url_and_a_short_form() {
        let cases = [
            (Ecosystem::Cargo, "tide-chart", "tide-chart", "pkg:cargo/tide-chart", "tide-chart"),
            (Ecosystem::Npm, "@harbour/ui", "@harbour/ui", "pkg:npm/%40harbour/ui", "ui"),
            (
                Ecosystem::Python,
                "Tide__Chart.Tools",
                "tide-chart-tools",
                "pkg:pypi/tide-chart-tools",
                "tide-chart-tools",
            ),
            (
                Ecosystem::Go,
                "example.org/Harbour/quay/v3",
                "example.org/Harbour/quay/v3",
                "pkg:golang/example.org/harbour/quay/v3",
                "quay",
            ),
            (Ecosystem::Maven, "org.harbour:quay", "org.harbour:quay", "pkg:maven/org.harbour/quay", "quay"),
            (Ecosystem::Cargo, " a+b ", "a+b", "pkg:cargo/a%2Bb", "a+b"),
        ];
        for (ecosystem, written, normal, url, short) in cases {
            let name = ecosystem.normal(written);
            assert_eq!(
                (name.as_str(), ecosystem.url(&name).value.as_str(), ecosystem.short(&name)),
                (normal, url, short)
            );
        }
    }
}
