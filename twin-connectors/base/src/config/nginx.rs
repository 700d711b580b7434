//! Settings of nginx: which servers it passes requests to.

use std::collections::{BTreeMap, BTreeSet};

use super::Setting;

/// Directives whose argument is a server.
const PASSES: [&str; 6] = ["proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass"];

/// Variables that name variables are followed so far.
const HOPS: usize = 8;
/// Longer arguments are no addresses.
const LONGEST: usize = 4096;

/// A directive with its arguments, and the block that it stands in.
struct Directive {
    line: usize,
    words: Vec<String>,
    block: String,
}

pub(super) fn settings(text: &str) -> Vec<Setting> {
    let directives = directives(text);
    let variables = variables(&directives);
    let upstreams: BTreeSet<&str> =
        directives.iter().filter_map(|directive| directive.block.strip_prefix("upstream ")).collect();
    directives.iter().filter_map(|directive| setting(directive, &variables, &upstreams)).collect()
}

type Variables = BTreeMap<String, (String, usize)>;

fn setting(directive: &Directive, variables: &Variables, upstreams: &BTreeSet<&str>) -> Option<Setting> {
    let [name, argument, ..] = directive.words.as_slice() else {
        return None;
    };
    let in_upstream = directive.block.starts_with("upstream ");
    let names_server = PASSES.contains(&name.as_str()) || (in_upstream && name == "server");
    if !names_server {
        return None;
    }
    let (value, line) = followed(argument, variables, directive.line);
    let host = value.split("://").last().unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    let is_group = !in_upstream && upstreams.contains(host);
    (!is_group).then(|| Setting { key: "upstream.server".to_owned(), value, line, profile: None })
}

/// The argument with the variables that `set` gives, and the earliest line that it rests on.
fn followed(argument: &str, variables: &Variables, line: usize) -> (String, usize) {
    let (mut value, mut first) = (argument.to_owned(), line);
    for _ in 0..if argument.len() > LONGEST { 0 } else { HOPS } {
        let Some((next, at)) = filled(&value, variables) else { break };
        (value, first) = (next, first.min(at));
    }
    (value, first)
}

/// The value with its first known variable filled in, and that variable's line.
fn filled(value: &str, variables: &Variables) -> Option<(String, usize)> {
    value.match_indices('$').find_map(|(at, _)| {
        let (before, after) = (value.get(..at)?, value.get(at + 1..)?);
        let (name, rest) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => after.split_at(after.find(|letter: char| !is_inside(letter)).unwrap_or(after.len())),
        };
        let (text, line) = variables.get(name)?;
        Some((format!("{before}{text}{rest}"), *line))
    })
}

fn is_inside(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn variables(directives: &[Directive]) -> Variables {
    let set = directives.iter().filter_map(|directive| match directive.words.as_slice() {
        [set, name, value] if set == "set" => {
            Some((name.strip_prefix('$')?.to_owned(), (value.clone(), directive.line)))
        }
        _ => None,
    });
    set.filter(|(name, _)| !name.is_empty()).collect()
}

fn directives(text: &str) -> Vec<Directive> {
    let (mut found, mut words, mut blocks, mut first) = (Vec::new(), Vec::new(), Vec::<String>::new(), 0);
    for (line, token) in tokens(text) {
        if words.is_empty() {
            first = line;
        }
        match token.as_str() {
            ";" => {
                let block = blocks.last().cloned().unwrap_or_default();
                found.push(Directive { line: first, words: std::mem::take(&mut words), block });
            }
            "{" => blocks.push(std::mem::take(&mut words).join(" ")),
            "}" => {
                blocks.pop();
                words.clear();
            }
            _ => words.push(token),
        }
    }
    found
}

fn tokens(text: &str) -> Vec<(usize, String)> {
    let numbered = text.lines().enumerate();
    numbered.flat_map(|(index, line)| words(line).into_iter().map(move |word| (index + 1, word))).collect()
}

/// The words of a line; a brace that belongs to a variable does not end one.
fn words(line: &str) -> Vec<String> {
    let (mut found, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut in_variable = false;
    for letter in line.chars() {
        match letter {
            _ if quote == Some(letter) => quote = None,
            _ if quote.is_some() => word.push(letter),
            '"' | '\'' => quote = Some(letter),
            '#' if word.is_empty() => break,
            '{' if word.ends_with('$') => {
                in_variable = true;
                word.push(letter);
            }
            '}' if in_variable => {
                in_variable = false;
                word.push(letter);
            }
            ';' | '{' | '}' => {
                found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                found.push(letter.to_string());
            }
            _ if letter.is_whitespace() => found.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ => word.push(letter),
        }
    }
    found.extend((!word.is_empty()).then_some(word));
    found
}
