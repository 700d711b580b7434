//! One line of CODEOWNERS: nothing, the head of a section, or a rule.

use twin_core::base::Digest;
use twin_core::observe::code;

use super::{Host, pattern};

/// What a line says.
pub(super) enum Line {
    /// Empty, a comment, or a setting.
    Nothing,
    /// From here on rules belong to this section.
    Section {
        /// The name, as it is written.
        name: String,
        /// Who owns what rules without owners match.
        owners: Vec<Owner>,
        /// The first of them, to the letter; empty if it is personal.
        owned: String,
    },
    /// A pattern and who owns what it matches.
    Rule(Rule),
}

/// A pattern and who owns what it matches.
pub(super) struct Rule {
    /// In the plain syntax.
    pub pattern: String,
    /// The pattern to the letter.
    pub written: String,
    /// The first owner, or the pattern if there is none, to the letter; empty if it is personal.
    pub owned: String,
    /// None: ownership is taken away, or the section's default holds.
    pub owners: Vec<Owner>,
    /// Whether what matches is excluded.
    pub excludes: bool,
}

/// An owner by handle, without `@`, in lower case: hosts do not tell cases apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    /// `org/team`, `user`, or `mail:` and a digest.
    pub name: String,
    /// Several people.
    pub is_team: bool,
}

/// Why a line is rejected.
pub(super) type Flaw = (&'static str, &'static str);

/// Reads a line by the rules of `host`.
pub(super) fn read(text: &str, host: Host) -> Result<Line, Flaw> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') || (host == Host::Bitbucket && is_bitbucket_setting(text)) {
        return Ok(Line::Nothing);
    }
    if let Some((name, rest)) = section(text).filter(|_| host == Host::GitLab) {
        return Ok(Line::Section {
            name: name.to_owned(),
            owners: owners(rest, host)?,
            owned: shown_owner(rest, name),
        });
    }
    rule(text, host).map(Line::Rule)
}

/// Bitbucket keeps settings among the rules: `CODEOWNERS.toplevel.…`.
pub(super) fn is_bitbucket_setting(line: &str) -> bool {
    line.starts_with("CODEOWNERS.")
}

/// The name of a section and what follows it: `^[Name][2] @default`.
pub(super) fn section(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?.split_once(']')?;
    let rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((count, rest)) if count.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => rest,
    };
    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (ends && !name.trim().is_empty()).then_some((name.trim(), rest))
}

fn rule(text: &str, host: Host) -> Result<Rule, Flaw> {
    let (written, rest) = split_pattern(text);
    let owners = owners(rest, host)?;
    let (bare, excludes) = match written.strip_prefix('!') {
        Some(_) if host == Host::GitHub => return Err((code::UNSUPPORTED, "GitHub knows no patterns with `!`")),
        Some(bare) => (bare, true),
        None => (written, false),
    };
    let pattern = pattern::plain(bare, host)?;
    let owners = if excludes { Vec::new() } else { owners };
    Ok(Rule { pattern, written: written.to_owned(), owned: shown_owner(rest, written), owners, excludes })
}

/// A pattern ends at the first blank that no backslash stands before.
fn split_pattern(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter.is_whitespace() => return text.split_at(at),
            _ => {}
        }
    }
    (text, "")
}

fn words(rest: &str) -> impl Iterator<Item = &str> {
    rest.split_whitespace().take_while(|word| !word.starts_with('#'))
}

fn owners(rest: &str, host: Host) -> Result<Vec<Owner>, Flaw> {
    words(rest)
        .map(|word| owner(word, host).ok_or((code::SYNTAX, "an owner that is neither a handle nor an address")))
        .collect()
}

fn owner(word: &str, host: Host) -> Option<Owner> {
    let handle = |name: &str, is_team| is_handle(name).then(|| Owner { name: name.to_lowercase(), is_team });
    match (word.strip_prefix("@@"), word.strip_prefix('@')) {
        (Some(name), _) if host != Host::GitHub => handle(name, true),
        (_, Some(name)) => handle(name, name.contains('/')),
        _ => address(word),
    }
}

fn is_handle(name: &str) -> bool {
    let known = |letter: char| letter.is_alphanumeric() || "-_./".contains(letter);
    !name.is_empty() && name.chars().all(known) && !name.starts_with('/') && !name.ends_with('/')
}

/// Two people never have one address: its digest tells them apart and tells nobody the address.
fn address(word: &str) -> Option<Owner> {
    let (local, domain) = word.split_once('@')?;
    let is_address = !local.is_empty() && domain.contains('.') && !domain.contains('@');
    is_address.then(|| Owner { name: format!("mail:{}", Digest::of(word.to_lowercase().as_bytes())), is_team: false })
}

fn shown_owner(rest: &str, written: &str) -> String {
    match words(rest).next() {
        None => written.to_owned(),
        Some(word) if word.starts_with('@') => word.to_owned(),
        Some(_) => String::new(),
    }
}
