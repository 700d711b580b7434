//! Patterns of paths, as ownership rules write them: the syntax of `.gitignore` without negation.
//!
//! A pattern with a slash before its end starts at the base folder; one without matches at any depth. `*` and `?` stay within
//! one part of a path, `**` crosses them. A pattern that matches a folder matches all beneath it, but for one that ends in `/*`, which
//! matches files of that very folder only (GitHub's rule).
//!
//! Rules are many, and somebody else writes them: a pattern is read once, most paths are told from it by their first folders,
//! and no pattern makes matching take longer than its length times the path's.

use std::str::Chars;

/// A pattern, ready to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    is_anchored: bool,
    /// The folders with which every path begins that matches. Empty if the pattern matches at any depth.
    folders: Vec<String>,
    /// The parts behind them.
    parts: Vec<Part>,
}

/// What stands between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any number of parts.
    Parts,
    /// `*` as the last part: one part, and nothing beneath it.
    Last,
    /// Exactly one part.
    Letters(Vec<Letters>),
}

/// What stands for letters within a part.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Letters {
    Any,
    One,
    This(char),
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(pattern: &str) -> Self {
        let is_anchored = pattern.trim_end_matches('/').contains('/');
        let parts: Vec<&str> = pattern.trim_matches('/').split('/').collect();
        let is_literal = |part: &&&str| is_anchored && !part.contains(['*', '?', '\\']);
        let folders: Vec<String> = parts.iter().take_while(is_literal).map(|part| (*part).to_owned()).collect();
        let last = parts.len() - 1;
        let behind = parts.iter().enumerate().skip(folders.len());
        let parts = behind.map(|(place, part)| Part::new(part, place == last)).collect();
        Pattern { is_anchored, folders, parts }
    }

    /// Whether it matches the path or a folder above it. O(pattern · path).
    pub fn matches(&self, path: &str) -> bool {
        let mut path = path.split('/').filter(|part| !part.is_empty());
        if !self.folders.iter().all(|folder| path.next() == Some(folder)) {
            return false;
        }
        self.matches_behind(&path.collect::<Vec<&str>>())
    }

    /// Follows all ways to match at once: after each part of the pattern, the places of the path at which the next may begin.
    fn matches_behind(&self, path: &[&str]) -> bool {
        let mut places: Vec<usize> = if self.is_anchored { vec![0] } else { (0..path.len().max(1)).collect() };
        for part in &self.parts {
            places = part.ends(&places, path);
        }
        !places.is_empty()
    }
}

impl Part {
    fn new(part: &str, is_last: bool) -> Self {
        match part {
            "**" => Part::Parts,
            "*" if is_last => Part::Last,
            part => Part::Letters(letters(part)),
        }
    }

    /// Where it may end, in order, when it begins at one of these places.
    fn ends(&self, starts: &[usize], path: &[&str]) -> Vec<usize> {
        match self {
            Part::Parts => starts.first().map_or_else(Vec::new, |first| (*first..=path.len()).collect()),
            Part::Last => starts.iter().filter(|start| **start + 1 == path.len()).map(|start| start + 1).collect(),
            Part::Letters(letters) => {
                let fits = |start: &&usize| path.get(**start).is_some_and(|part| fits(letters, part));
                starts.iter().filter(fits).map(|start| start + 1).collect()
            }
        }
    }
}

fn letters(part: &str) -> Vec<Letters> {
    let mut written = part.chars();
    let mut letters = Vec::new();
    while let Some(letter) = written.next() {
        letters.push(match letter {
            '*' => Letters::Any,
            '?' => Letters::One,
            '\\' => Letters::This(written.next().unwrap_or('\\')),
            other => Letters::This(other),
        });
    }
    letters
}

/// Whether the letters fit a part of a path. Only the last `*` ever needs another try: it takes one letter more.
fn fits(pattern: &[Letters], part: &str) -> bool {
    let (mut pattern, mut letters) = (pattern, part.chars());
    let mut retry: Option<(&[Letters], Chars<'_>)> = None;
    loop {
        match (pattern.split_first(), letters.clone().next()) {
            (None, None) => return true,
            (Some((Letters::Any, rest)), _) => {
                retry = Some((rest, letters.clone()));
                pattern = rest;
            }
            (Some((expected, rest)), Some(letter)) if expected.admits(letter) => {
                letters.next();
                pattern = rest;
            }
            _ => {
                let Some((rest, more)) = retry.as_mut() else { return false };
                if more.next().is_none() {
                    return false;
                }
                (pattern, letters) = (rest, more.clone());
            }
        }
    }
}

impl Letters {
    fn admits(&self, letter: char) -> bool {
        match self {
            Letters::Any | Letters::One => true,
            Letters::This(expected) => *expected == letter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_match_as_gitignore_says() {
        let cases = [
            ("*", "services/pay/main.rs", true),
            ("*.js", "a/b/c.js", true),
            ("*.js", "a/b", false),
            ("/docs/", "docs/a/b.md", true),
            ("/docs/", "src/docs/a.md", false),
            ("docs/", "src/docs/a.md", true),
            ("services/pay", "services/pay", true),
            ("services/pay", "services/pay/main.rs", true),
            ("services/pay", "services/payroll", false),
            ("services/*/config", "services/pay/config/a.yml", true),
            ("/services/**/config.yml", "services/a/b/config.yml", true),
            ("**/logs", "deep/down/logs/today", true),
            ("apps/**", "apps/x", true),
            ("docs/*", "docs/a.md", true),
            ("docs/*", "docs/build/a.md", false),
            ("pay?", "services/pays", true),
            ("/pay", "services/pay", false),
            ("", "a", false),
            ("/", "a", false),
            ("a//b", "a/b", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b/c", true),
            ("**/*", "a/b", true),
            ("p*y*s", "pays", true),
            ("p*y*s", "payst", false),
            ("p\\*y", "p*y", true),
            ("p\\*y", "pay", false),
            ("end\\", "end\\", true),
            ("*.é?", "x.éa", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(Pattern::new(pattern).matches(path), expected, "{pattern} on {path}");
        }
    }

    /// Each star doubles the ways to match; only who follows them all at once comes to an end.
    #[test]
    fn a_pattern_of_many_stars_comes_to_an_end() {
        let (folders, letters) = ("a/".repeat(200), format!("x/{}", "a".repeat(2_000)));
        for (pattern, path) in [("**/a/".repeat(100), folders), (format!("/x/{}", "a*".repeat(1_000)), letters)] {
            let pattern = Pattern::new(&(pattern + "b"));
            assert_eq!((pattern.matches(&format!("{path}c")), pattern.matches(&format!("{path}b/c"))), (false, true));
        }
    }
}
