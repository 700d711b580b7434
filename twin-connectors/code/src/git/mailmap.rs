//! `.mailmap`: which addresses belong to one person.

use std::collections::BTreeMap;

/// Addresses of people by the addresses that they also used.
#[derive(Clone, Debug, Default)]
pub struct Mailmap {
    /// By the address, lower case, and the name where one is asked for.
    proper: BTreeMap<(String, Option<String>), String>,
}

impl Mailmap {
    /// Reads the text. A line that is none is left out, as Git does.
    pub fn read(text: &str) -> Self {
        let mut map = Mailmap::default();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            if let Some((proper, used, name)) = entry(line) {
                map.proper.insert((used.to_lowercase(), name.map(str::to_lowercase)), proper.to_owned());
            }
        }
        map
    }

    /// The address that somebody goes by.
    pub fn proper<'a>(&'a self, name: &str, mail: &'a str) -> &'a str {
        if self.proper.is_empty() {
            return mail;
        }
        let used = mail.to_lowercase();
        let named = self.proper.get(&(used.clone(), Some(name.to_lowercase())));
        named.or_else(|| self.proper.get(&(used, None))).map_or(mail, String::as_str)
    }
}

/// `[Name] <proper> [Name] <used>`. What only gives a name to an address says nothing here.
fn entry(line: &str) -> Option<(&str, &str, Option<&str>)> {
    let (_, rest) = line.split_once('<')?;
    let (proper, rest) = rest.split_once('>')?;
    let (name, rest) = rest.split_once('<')?;
    let (used, _) = rest.split_once('>')?;
    let name = Some(name.trim()).filter(|name| !name.is_empty());
    Some((proper.trim(), used.trim(), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_with_several_addresses_has_one() {
        let map = Mailmap::read(
            "# people\nAda <ada@acme.example> <ADA@home.example>\nBo <bo@acme.example> Bo Old <shared@acme.example>\nOnly Name <x@acme.example>\n<broken\n",
        );
        let cases = [
            ("Ada", "Ada@Home.example", "ada@acme.example"),
            ("bo old", "shared@acme.example", "bo@acme.example"),
            ("Cy", "shared@acme.example", "shared@acme.example"),
            ("Only", "x@acme.example", "x@acme.example"),
        ];
        for (name, mail, expected) in cases {
            assert_eq!(map.proper(name, mail), expected, "{name} {mail}");
        }
    }
}
