//! Settings as Java writes them: `key=value`, `key: value`, lines continued by a backslash.

use super::Setting;

pub(super) fn settings(text: &str) -> Vec<Setting> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, first)) = lines.next() {
        let mut line = first.trim_start().to_owned();
        if line.starts_with(['#', '!']) {
            continue;
        }
        while is_continued(&line) {
            line.pop();
            let Some((_, more)) = lines.next() else { break };
            line.push_str(more.trim_start());
        }
        found.extend(setting(&line, index + 1));
    }
    found
}

fn is_continued(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn setting(line: &str, number: usize) -> Option<Setting> {
    let mut escaped = false;
    let end = line.find(|letter: char| {
        let is_end = !escaped && (letter == '=' || letter == ':' || letter.is_whitespace());
        escaped = !escaped && letter == '\\';
        is_end
    });
    let (key, rest) = line.split_at(end?);
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim();
    Some(Setting { key: plain(key), value: plain(value), line: number })
}

/// Without the backslashes before punctuation.
fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for mark in [":", "=", "#", "!", " "] {
        plain = plain.replace(&format!("\\{mark}"), mark);
    }
    plain
}
