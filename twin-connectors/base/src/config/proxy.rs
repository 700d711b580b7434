//! Settings of HAProxy and Caddy: which servers they pass requests to.

use super::Setting;

pub(super) fn settings(text: &str) -> Vec<Setting> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, words(line)));
    lines.flat_map(|(line, words)| servers(&words).into_iter().map(move |server| setting(server, line))).collect()
}

fn words(line: &str) -> Vec<&str> {
    let told = line.split(" #").next().unwrap_or_default();
    told.split_whitespace().take_while(|word| !word.starts_with('#')).collect()
}

/// HAProxy: `server NAME HOST:PORT …`. Caddy: `reverse_proxy [MATCHER] UPSTREAM…`, or `to UPSTREAM…` within its block.
fn servers<'a>(words: &[&'a str]) -> Vec<&'a str> {
    match words {
        ["server", _, address, ..] => vec![address],
        ["reverse_proxy" | "to", upstreams @ ..] => {
            upstreams.iter().filter(|word| is_upstream(word)).copied().collect()
        }
        _ => Vec::new(),
    }
}

/// Not a matcher (`/api/*`, `@name`, `*`), nor the brace that opens the block.
fn is_upstream(word: &str) -> bool {
    !word.starts_with(['/', '@', '*', '{'])
}

fn setting(server: &str, line: usize) -> Setting {
    Setting { key: "upstream.server".to_owned(), value: server.to_owned(), line, profile: None }
}
