//! Patterns of paths, brought from each host's syntax into one plain one.

use twin_core::observe::code;

use super::Host;
use super::line::Flaw;

/// The pattern in the plain syntax that the module's documentation describes.
pub(super) fn plain(written: &str, host: Host) -> Result<String, Flaw> {
    if host == Host::GitHub && written.contains(['[', ']']) {
        return Err((code::UNSUPPORTED, "GitHub knows no patterns with `[ ]`"));
    }
    let mut bare = unescaped(written);
    while bare.contains("**/**/") {
        bare = bare.replace("**/**/", "**/");
    }
    let name = bare.trim_matches('/');
    if name.is_empty() && bare != "/" {
        return Err((code::SYNTAX, "a pattern of slashes only"));
    }
    Ok(anchored(&bare, host))
}

/// `\#` and `\ ` are the letters themselves; what would mean more without its backslash keeps it.
fn unescaped(written: &str) -> String {
    let mut bare = String::with_capacity(written.len());
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        match (letter, letters.as_str().chars().next()) {
            ('\\', Some(next)) => {
                let means_more = ['*', '?', '\\'].contains(&next);
                bare.extend(means_more.then_some('\\').into_iter().chain(letters.next()));
            }
            (letter, _) => bare.push(letter),
        }
    }
    bare
}

/// A slash before the end ties a pattern to the base path, unless it may stand at any depth.
fn anchored(bare: &str, host: Host) -> String {
    let inner = bare.strip_suffix('/').unwrap_or(bare);
    let loose = bare.strip_prefix("**/").or_else(|| bare.strip_prefix("/**/"));
    match loose {
        Some(rest) if !rest.trim_end_matches('/').contains('/') && !rest.is_empty() => rest.to_owned(),
        _ if bare.starts_with('/') => bare.to_owned(),
        _ if inner.contains('/') && host == Host::GitLab => format!("/**/{}", loose.unwrap_or(bare)),
        _ if inner.contains('/') => format!("/{bare}"),
        _ => bare.to_owned(),
    }
}
