//! Where a repository is kept: the address of a Git remote as `host/path`, and the name by which others refer to it. No credential gets through.

use twin_core::observe::{Handle, Space};

/// `host/path` of an address such as `https://user:token@host:443/path.git` or `git@host:path.git`; `None` for a path on this machine, and for
/// whatever cannot be told apart from a credential.
pub fn place(address: &str) -> Option<String> {
    let Address { host, path, .. } = parts(address)?;
    Some(format!("{host}/{path}"))
}

/// The address with nothing but scheme, host and path: `https://host/path`.
pub fn url(address: &str) -> Option<String> {
    let Address { scheme, host, path } = parts(address)?;
    Some(format!("{scheme}://{host}/{path}"))
}

/// The path within the host, as it stands in the address.
pub fn path(address: &str) -> Option<&str> {
    parts(address).map(|parts| parts.path)
}

/// The name that a repository answers to, wherever it is checked out: `https://host/path`. `place` is what [`place`] returns.
pub fn handle(place: &str) -> Handle {
    Handle::global(Space::NativeId, format!("https://{place}"))
}

/// The name of the repository at an address, however it is written; `None` for what is no address, and for one with variables in it.
pub fn named(address: &str) -> Option<Handle> {
    let is_plain = |place: &String| !place.contains(|letter: char| letter.is_whitespace() || "${}".contains(letter));
    place(address).filter(is_plain).map(|place| handle(&place))
}

struct Address<'a> {
    scheme: String,
    host: String,
    path: &'a str,
}

fn parts(address: &str) -> Option<Address<'_>> {
    let (scheme, authority, path) = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/')?;
            (scheme, authority, path)
        }
        None => {
            let (authority, path) = address.split_once(':')?;
            ("ssh", authority, path)
        }
    };
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (scheme, host) = (scheme.to_lowercase(), host(authority)?);
    let is_scheme = !scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '+');
    // A path with `@` may be the rest of a credential that holds a slash or a colon.
    let is_path = !path.is_empty() && !path.contains(|letter: char| letter == '@' || letter.is_control());
    (is_scheme && is_path).then_some(Address { scheme, host, path })
}

/// The host without user and port. One letter is a drive of Windows; what stands behind a colon and is no port may be a password.
fn host(authority: &str) -> Option<String> {
    let named = authority.rsplit('@').next().unwrap_or(authority);
    let (host, port) = named.split_once(':').unwrap_or((named, ""));
    let is_host = host.len() > 1 && host.chars().all(|letter| letter.is_alphanumeric() || "-._".contains(letter));
    let is_port = port.bytes().all(|digit| digit.is_ascii_digit());
    (is_host && is_port).then(|| host.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_host_and_path_without_credentials() {
        let cases = [
            ("https://github.com/acme/shop.git", Some("https://github.com/acme/shop")),
            ("https://user:hunter2@GitHub.com:8443/acme/shop.git/", Some("https://github.com/acme/shop")),
            ("https://host/acme/shop?token=hunter2", Some("https://host/acme/shop")),
            ("https://us:hunt@er2@host/acme/shop", Some("https://host/acme/shop")),
            ("git@gitlab.example:group/sub/shop.git", Some("ssh://gitlab.example/group/sub/shop")),
            ("ssh://git@host:7999/acme/shop.git", Some("ssh://host/acme/shop")),
            ("HTTPS://host/acme/shop", Some("https://host/acme/shop")),
            ("https://user:hun/ter2@host/acme/shop", None),
            ("https://user:12/34@host/acme/shop", None),
            ("user:hunter2@host:acme/shop", None),
            ("user:hunter2/acme@host", None),
            ("hunter2\n://host/acme", None),
            ("/srv/git/shop.git", None),
            ("../shop", None),
            ("file:///srv/git/shop.git", None),
            ("C:\\git\\shop", None),
            ("https://", None),
            ("", None),
        ];
        for (address, expected) in cases {
            assert_eq!(url(address).as_deref(), expected, "{address}");
            let bare = expected.and_then(|url| Some(url.split_once("://")?.1));
            assert_eq!(place(address).as_deref(), bare, "{address}");
            assert!(path(address).is_none_or(|path| address.contains(path)), "{address}");
        }
    }

    #[test]
    fn every_spelling_of_a_remote_is_one_name() {
        for address in
            ["https://git.example/acme/shop", "git@git.example:acme/shop.git", "ssh://u:p@GIT.example/acme/shop"]
        {
            assert_eq!(named(address), Some(Handle::global(Space::NativeId, "https://git.example/acme/shop")));
        }
        for none in ["shop", "https://${HOST}/x", "https://git.example/a b", "https://git.example/${NAME}"] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
