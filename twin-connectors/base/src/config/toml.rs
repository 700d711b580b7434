//! Settings in TOML.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, code};

use super::Setting;
use super::tree::joined;

pub(super) fn settings(path: &str, text: &str, limits: &Limits, diagnostics: &mut Vec<Diagnostic>) -> Vec<Setting> {
    let mut found = Vec::new();
    match DeTable::parse(text) {
        Ok(table) => {
            in_table(table.get_ref(), "", &mut Walk { starts: starts(text), depth: limits.depth, found: &mut found })
        }
        Err(error) => {
            let line = error.span().map_or(0, |span| line_at(&starts(text), span.start));
            diagnostics.push(Diagnostic::rejected(code::SYNTAX, Locator::line(path, line), "not TOML from here on"));
        }
    }
    found.sort_by_key(|setting| setting.line);
    found
}

struct Walk<'a> {
    starts: Vec<usize>,
    depth: usize,
    found: &'a mut Vec<Setting>,
}

fn in_table(table: &DeTable<'_>, key: &str, walk: &mut Walk<'_>) {
    for (name, value) in table {
        in_value(value, &joined(key, name.get_ref()), walk);
    }
}

fn in_value(value: &Spanned<DeValue<'_>>, key: &str, walk: &mut Walk<'_>) {
    if walk.depth == 0 {
        return;
    }
    walk.depth -= 1;
    let line = line_at(&walk.starts, value.span().start);
    let mut found =
        |text: &str| walk.found.push(Setting { key: key.to_owned(), value: text.to_owned(), line, profile: None });
    match value.get_ref() {
        DeValue::String(text) => found(text),
        DeValue::Integer(number) => found(number.as_str()),
        DeValue::Array(items) => items.iter().for_each(|item| in_value(item, key, walk)),
        DeValue::Table(table) => in_table(table, key, walk),
        _ => {}
    }
    walk.depth += 1;
}

fn starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

fn line_at(starts: &[usize], offset: usize) -> usize {
    starts.partition_point(|start| *start <= offset)
}
