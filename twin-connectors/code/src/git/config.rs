//! The text of a repository's `config`: its settings with their lines. Includes are not followed, and nothing in it is run.

use twin_connector_base::repository;
use twin_core::observe::{Locator, Step};

use super::history::Remote;

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The section's name, lower case.
    pub section: String,
    /// What it is about: `origin` of `[remote "origin"]`.
    pub about: String,
    /// The setting's name, lower case.
    pub name: String,
    /// Its value; `true` where only the name stands.
    pub value: String,
    /// The line of its name.
    pub line: usize,
}

/// The settings in the order of the text, and the lines that are none.
pub fn settings(text: &str) -> (Vec<Setting>, Vec<usize>) {
    let (mut found, mut flaws) = (Vec::new(), Vec::new());
    let mut section: Option<(String, String)> = None;
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut rest = line.trim_start_matches('\u{feff}').trim();
        if rest.starts_with('[') {
            let Some((head, behind)) = head(rest) else {
                flaws.push(index + 1);
                continue;
            };
            section = Some(head);
            rest = behind.trim();
        }
        if rest.is_empty() || rest.starts_with(['#', ';']) {
            continue;
        }
        let mut whole = rest.to_owned();
        while goes_on(&whole) {
            whole.pop();
            whole.push_str(lines.next().map_or("", |(_, next)| next));
        }
        match (setting(&whole), &section) {
            (Some((name, value)), Some((section, about))) => {
                found.push(Setting { section: section.clone(), about: about.clone(), name, value, line: index + 1 });
            }
            _ => flaws.push(index + 1),
        }
    }
    (found, flaws)
}

/// A line that ends in an odd number of backslashes goes on in the next.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

type Head = (String, String);

/// `[name]`, `[name.about]` or `[name "about"]`, and what stands behind it.
fn head(line: &str) -> Option<(Head, &str)> {
    let inner = line.strip_prefix('[')?;
    let end = inner.find(['"', ']'])?;
    let (name, rest) = inner.split_at(end);
    if let Some(rest) = rest.strip_prefix(']') {
        let (name, about) = name.split_once('.').unwrap_or((name, ""));
        return named(name, about.to_lowercase(), rest);
    }
    let (about, rest) = quoted(rest.strip_prefix('"')?)?;
    named(name, about, rest.trim_start().strip_prefix(']')?)
}

fn named<'a>(name: &str, about: String, rest: &'a str) -> Option<(Head, &'a str)> {
    let name = name.trim();
    is_name(name).then(|| ((name.to_lowercase(), about), rest))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter))
}

/// The text up to the closing quote, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return text.get(at + 1..).map(|rest| (value, rest)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

fn setting(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=').map_or((line, None), |(name, value)| (name, Some(value)));
    let name = name.split([';', '#']).next().unwrap_or(name).trim();
    let value = match value {
        Some(value) => unquoted(value)?,
        None => "true".to_owned(),
    };
    is_name(name).then(|| (name.to_lowercase(), value))
}

/// A value without quotes, escapes, and what is remarked behind it.
fn unquoted(written: &str) -> Option<String> {
    let (mut value, mut kept, mut within) = (String::new(), 0, false);
    let mut letters = written.trim().chars();
    while let Some(letter) = letters.next() {
        match letter {
            '#' | ';' if !within => break,
            '"' => within = !within,
            '\\' => value.push(escaped(letters.next()?)?),
            letter => value.push(letter),
        }
        if within || !letter.is_whitespace() {
            kept = value.len();
        }
    }
    value.truncate(kept);
    (!within).then_some(value)
}

fn escaped(letter: char) -> Option<char> {
    match letter {
        'n' => Some('\n'),
        't' => Some('\t'),
        'b' => Some('\u{8}'),
        '"' | '\\' => Some(letter),
        _ => None,
    }
}

/// The remotes that are kept on some host, `origin` before the others, each evidenced by what `locate` says of its name and line.
pub fn remotes(text: &str, settings: &[Setting], locate: impl Fn(&str, usize) -> Locator) -> Vec<Remote> {
    let addresses = settings.iter().filter(|setting| setting.section == "remote" && setting.name == "url");
    let mut remotes: Vec<Remote> =
        addresses.filter_map(|setting| remote(text, setting, locate(&setting.about, setting.line))).collect();
    remotes.sort_by_key(|remote| remote.name != "origin");
    remotes
}

fn remote(text: &str, setting: &Setting, locator: Locator) -> Option<Remote> {
    let path = repository::path(&setting.value)?;
    let line = text.lines().nth(setting.line.saturating_sub(1)).unwrap_or_default();
    let raw = if line.contains(path) { path } else { "" };
    Some(Remote {
        name: setting.about.clone(),
        place: repository::place(&setting.value)?,
        url: repository::url(&setting.value)?,
        step: Step { locator, raw: raw.to_owned() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str], flaws: &[usize]) {
        let (settings, found) = settings(text);
        let told = |one: &Setting| format!("{} {}/{}.{}={}", one.line, one.section, one.about, one.name, one.value);
        assert_eq!(settings.iter().map(told).collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(found, flaws, "{text}");
    }

    #[test]
    fn settings_are_read_as_git_reads_them() {
        check("[core]\n\tbare = false ; no\n\tfsync", &["2 core/.bare=false", "3 core/.fsync=true"], &[]);
        check("[Remote \"Or\\\"i\"] URL=\"a#b\" # c\r\n", &["1 remote/Or\"i.url=a#b"], &[]);
        check("[a.B]\nx = one \\\n  two\n\ny=\"  z \"", &["2 a/b.x=one   two", "5 a/b.y=  z "], &[]);
        check("x = 1\n[a\n[b]\n= 2\ny = \"open\nz=\\q\nw\\\\=1", &[], &[1, 2, 4, 5, 6, 7]);
        check("\u{feff}[core]\nx=a\\\\\ny=b\\", &["2 core/.x=a\\", "3 core/.y=b"], &[]);
    }

    #[test]
    fn origin_goes_before_other_remotes() {
        let text = "[core]\nurl = no\n[remote \"fork\"]\nurl = git@host:me/shop\nurl = /srv/local\n[remote \"origin\"]\nurl = https://u:hunter2@host/acme/shop.git\npushurl = git@host:push/shop\n";
        let (settings, _) = settings(text);
        let remotes = remotes(text, &settings, |_, line| Locator::line("config", line));
        let told: Vec<String> = remotes
            .iter()
            .map(|one| format!("{} {} {} {}", one.name, one.url, one.step.locator, one.step.raw))
            .collect();
        let expected = ["origin https://host/acme/shop config:7 acme/shop", "fork ssh://host/me/shop config:4 me/shop"];
        assert_eq!(told, expected);
        assert!(!format!("{remotes:?}").contains("hunter2"));
    }
}
