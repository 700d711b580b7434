//! What a manifest accepts of a dependency, without credentials: ranges as they are written, addresses with what may leave.

/// A range or address as it was written, without user, password, query and whatever else could hold a secret.
pub(crate) fn without_credentials(written: &str) -> Option<String> {
    let written = written.trim();
    let kept = match written.split_once("://") {
        Some((scheme, rest)) => format!("{}://{}", last_word(scheme), address(rest)),
        None if is_short_address(written) => address(written),
        None => written.to_owned(),
    };
    (!kept.is_empty()).then_some(kept)
}

/// Only one scheme may lead an address.
fn last_word(scheme: &str) -> &str {
    scheme.rsplit(|letter: char| letter.is_whitespace() || "@=\"'".contains(letter)).next().unwrap_or(scheme)
}

/// `user@host:path`, as Git has it. An at sign in an alias, `npm:@scope/name@1`, is none.
fn is_short_address(written: &str) -> bool {
    let is_alias = ["npm:", "workspace:", "patch:", "catalog:", "jsr:", "portal:", "link:", "file:"];
    written.contains('@') && !written.starts_with('@') && !is_alias.iter().any(|alias| written.starts_with(alias))
}

/// Host and path, and the revision where it is one.
fn address(rest: &str) -> String {
    let (place, fragment) = rest.split_once('#').map_or((rest, None), |(place, fragment)| (place, Some(fragment)));
    let place = place.split(['?', ' ', ';', '\t']).next().unwrap_or_default();
    let (host, path) = place.split_once('/').map_or((place, None), |(host, path)| (host, Some(path)));
    let host = host.rsplit('@').next().unwrap_or(host);
    let path = path.map(|path| format!("/{path}")).unwrap_or_default();
    let fragment = fragment.filter(|revision| is_revision(revision)).map(|revision| format!("#{revision}"));
    format!("{host}{path}{}", fragment.unwrap_or_default())
}

fn is_revision(fragment: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:^~".contains(&byte);
    !fragment.is_empty() && fragment.bytes().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_queries_never_leave() {
        let cases = [
            ("^1.2", Some("^1.2")),
            (">= 1, < 2", Some(">= 1, < 2")),
            ("", None),
            ("npm:@harbour/ui@^1", Some("npm:@harbour/ui@^1")),
            ("git+https://kim:zq-s@git.example/a/b.git#v1.2", Some("git+https://git.example/a/b.git#v1.2")),
            ("https://zq-t@files.example/a.whl?token=zq#sha256=00", Some("https://files.example/a.whl")),
            ("git@git.example:a/b.git", Some("git.example:a/b.git")),
            ("zq-s@git.example:a/b.git#main", Some("git.example:a/b.git#main")),
            ("name @ https://u:zq@h/x.whl ; python_version > '3'", Some("https://h/x.whl")),
            ("git+ssh://git@h/a@zq", Some("git+ssh://h/a@zq")),
            ("https://a:b@c:zq@h/x", Some("https://h/x")),
        ];
        for (written, kept) in cases {
            assert_eq!(without_credentials(written).as_deref(), kept, "{written}");
        }
    }
}
