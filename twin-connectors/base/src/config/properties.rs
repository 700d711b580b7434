//! Settings as Java writes them: keys and values with escapes, lines continued by a backslash, and Spring's documents within one file.

use super::{Profile, Setting};

pub(super) fn settings(text: &str) -> Vec<Setting> {
    let mut all = Vec::new();
    let mut document = Vec::new();
    for part in parts(text) {
        match part {
            Part::Entry { line, text } => document.extend(setting(&text, line)),
            Part::Separator => all.append(&mut told_apart(&mut document)),
        }
    }
    all.append(&mut told_apart(&mut document));
    all
}

/// The settings of one document, with the profile that it is for.
fn told_apart(document: &mut Vec<Setting>) -> Vec<Setting> {
    Profile::of_document(document);
    std::mem::take(document)
}

enum Part {
    /// A logical line: all the lines that one entry stands on.
    Entry { line: usize, text: String },
    /// A comment that ends a document.
    Separator,
}

/// The logical lines of a file. Blank lines and comments are left out; neither is ever continued.
fn parts(text: &str) -> Vec<Part> {
    let mut found = Vec::new();
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
    while let Some((index, first)) = lines.next() {
        let mut line = first.trim_start_matches(is_blank).to_owned();
        if line.starts_with(['#', '!']) {
            found.extend(matches!(first.trim_end(), "#---" | "!---").then_some(Part::Separator));
            continue;
        }
        while is_continued(&line) {
            line.pop();
            let Some((_, more)) = lines.next() else { break };
            line.push_str(more.trim_start_matches(is_blank));
        }
        if !line.is_empty() {
            found.push(Part::Entry { line: index + 1, text: line });
        }
    }
    found
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\u{c}')
}

fn is_continued(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// The key ends at the first separator that is not escaped: `=`, `:` or a blank. A key alone has an empty value.
fn setting(line: &str, number: usize) -> Option<Setting> {
    let mut escaped = false;
    let end = line.find(|letter: char| {
        let is_end = !escaped && (letter == '=' || letter == ':' || is_blank(letter));
        escaped = !escaped && letter == '\\';
        is_end
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start_matches(is_blank);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(is_blank);
    let key = without_places(&unescaped(key));
    (!key.is_empty()).then(|| Setting { key, value: unescaped(value), line: number, profile: None })
}

/// `urls[0]` is one of `urls`; a name in brackets or quotes is kept.
fn without_places(key: &str) -> String {
    let mut kept = String::with_capacity(key.len());
    let mut rest = key;
    while let Some((before, after)) = rest.split_once('[') {
        kept.push_str(before);
        match after.split_once(']') {
            Some((place, after)) if !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit()) => {
                rest = after
            }
            _ => {
                kept.push('[');
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// A backslash before a letter that means nothing more is dropped; one before `u` needs four digits, else it stays.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let escape = rest.strip_prefix('\\');
        if let Some((unit, after)) = escape.and_then(unit) {
            units.push(unit);
            rest = after;
            continue;
        }
        flush(&mut units, &mut plain);
        let escaped = escape.and_then(|after| after.chars().next());
        plain.push(escaped.map_or(letter, meant));
        let length = letter.len_utf8() + escaped.map_or(0, char::len_utf8);
        rest = rest.get(length..).unwrap_or_default();
    }
    flush(&mut units, &mut plain);
    plain
}

/// The code unit of `uXXXX`, and what follows it.
fn unit(after: &str) -> Option<(u16, &str)> {
    let digits =
        after.strip_prefix('u')?.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((u16::from_str_radix(digits, 16).ok()?, after.get(5..).unwrap_or_default()))
}

fn flush(units: &mut Vec<u16>, plain: &mut String) {
    plain.push_str(&String::from_utf16_lossy(units));
    units.clear();
}

fn meant(escaped: char) -> char {
    match escaped {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        other => other,
    }
}
