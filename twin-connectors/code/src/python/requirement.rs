//! One requirement, as PEP 508 writes it: `name[extras] >= 1 ; marker`, or `name @ address ; marker`.

use crate::packages::{Dependency, Ecosystem, File, without_credentials};

/// A requirement in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement<'t> {
    /// The name, as written.
    pub name: &'t str,
    /// Versions or an address, without credentials.
    pub range: Option<String>,
    /// When it is needed.
    pub marker: Option<&'t str>,
}

/// Reads a requirement; `None` if it is none.
pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    let text = text.trim();
    let end = text.find(|letter: char| !is_inside(letter)).unwrap_or(text.len());
    let name = text.get(..end).filter(|name| is_name(name))?;
    let rest = text.get(end..)?.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim_start(),
        None => rest,
    };
    let (range, marker) = match rest.strip_prefix('@') {
        // An address may hold a semicolon: only one after a space begins a marker.
        Some(address) => address.split_once(" ;").map_or((address, None), |(range, marker)| (range, Some(marker))),
        None => rest.split_once(';').map_or((rest, None), |(range, marker)| (range, Some(marker))),
    };
    let is_address = rest.starts_with('@');
    let range = range.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let is_range = range.is_empty() || is_address || range.starts_with(['=', '<', '>', '!', '~']);
    let marker = marker.map(str::trim).filter(|marker| !marker.is_empty());
    is_range.then(|| Requirement { name, range: without_credentials(range), marker })
}

fn is_inside(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-_.".contains(letter)
}

fn is_name(name: &str) -> bool {
    let ends = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    ends(name.chars().next()) && ends(name.chars().last())
}

/// A requirement that stands at a line, as a dependency.
pub(super) fn dependency(file: &File<'_>, line: usize, text: &str) -> Option<Dependency> {
    let requirement = read(text)?;
    let evidence = file.evidence(line, requirement.name);
    let mut dependency = Dependency::new(Ecosystem::Python.normal(requirement.name), evidence);
    dependency.range = requirement.range;
    dependency.condition = requirement.marker.map(str::to_owned);
    Some(dependency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_is_read_in_its_parts() {
        let cases = [
            ("tide", Some(("tide", None, None))),
            (
                "tide_chart[fast, x]>=1,<2 ; python_version < '3.9'",
                Some(("tide_chart", Some(">=1,<2"), Some("python_version < '3.9'"))),
            ),
            ("tide (>=1)", Some(("tide", Some(">=1"), None))),
            (
                "tide @ https://kim:zq@h.example/a;b.whl ; os_name == 'nt'",
                Some(("tide", Some("https://h.example/a"), Some("os_name == 'nt'"))),
            ),
            ("tide==1.*", Some(("tide", Some("==1.*"), None))),
            ("tide one", None),
            ("", None),
            ("-tide", None),
            ("tide[x", None),
            ("https://h/x", None),
        ];
        for (text, expected) in cases {
            let found = read(text);
            let found = found.as_ref().map(|found| (found.name, found.range.as_deref(), found.marker));
            assert_eq!(found, expected, "{text}");
        }
    }
}
