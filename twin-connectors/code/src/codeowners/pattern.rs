//! Patterns of paths, brought from each host's syntax into one plain one.

use twin_core::observe::code;

use super::Host;
use super::line::Flaw;

/// The pattern in the plain syntax that the module's documentation describes.
pub(super) fn plain(written: &str, host: Host) -> Result<String, Flaw> {
    if host == Host::GitHub && written.contains(['[', ']']) {
        return Err((code::UNSUPPORTED, "GitHub knows no patterns with `[ ]`"));
    }
    let bare = unescaped(written);
    let name = bare.trim_matches('/');
    if name.is_empty() && bare != "/" {
        return Err((code::SYNTAX, "a pattern of slashes only"));
    }
    Ok(anchored(&bare))
}

/// `\#` and `\ ` are the letters themselves.
fn unescaped(written: &str) -> String {
    let mut bare = String::with_capacity(written.len());
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        bare.push(if letter == '\\' { letters.next().unwrap_or('\\') } else { letter });
    }
    bare
}

/// A slash before the end ties a pattern to the base path, unless it may stand at any depth.
fn anchored(bare: &str) -> String {
    let inner = bare.strip_suffix('/').unwrap_or(bare);
    let loose = bare.strip_prefix("**/").or_else(|| bare.strip_prefix("/**/"));
    match loose {
        Some(rest) if !rest.trim_end_matches('/').contains('/') && !rest.is_empty() => rest.to_owned(),
        _ if bare.starts_with('/') => bare.to_owned(),
        _ if inner.contains('/') => format!("/{bare}"),
        _ => bare.to_owned(),
    }
}
