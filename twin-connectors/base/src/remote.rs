//! Where a repository is kept: its address without credentials, and the name by which others refer to it.

use twin_core::observe::{Handle, Space};

/// `host/path` of a repository's address: `https://user:token@host:443/path.git`, `git@host:path.git`. `None` for a path on this machine.
pub fn place(address: &str) -> Option<String> {
    let (host, path) = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        None => address.split_once(':')?,
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host).to_lowercase();
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (host.len() > 1 && !host.contains(['/', '\\']) && !path.is_empty()).then(|| format!("{host}/{path}"))
}

/// The name that a repository answers to, wherever it is checked out: `https://host/path`, however its address is written. `None` for what
/// is no address of a repository.
pub fn handle(address: &str) -> Option<Handle> {
    let place = place(address)
        .filter(|place| !place.contains(|letter: char| letter.is_whitespace() || "${}".contains(letter)))?;
    Some(Handle::global(Space::NativeId, format!("https://{place}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_becomes_host_and_path_without_credentials() {
        let cases = [
            ("https://github.com/acme/shop.git", Some("github.com/acme/shop")),
            ("https://user:hunter2@GitHub.com:8443/acme/shop.git/", Some("github.com/acme/shop")),
            ("https://host/acme/shop?token=hunter2", Some("host/acme/shop")),
            ("https://us:hunt@er2@host/acme/shop", Some("host/acme/shop")),
            ("git@gitlab.example:group/sub/shop.git", Some("gitlab.example/group/sub/shop")),
            ("ssh://git@host:7999/acme/shop.git", Some("host/acme/shop")),
            ("/srv/git/shop.git", None),
            ("../shop", None),
            ("file:///srv/git/shop.git", None),
            ("C:\\git\\shop", None),
            ("https://", None),
            ("", None),
        ];
        for (address, expected) in cases {
            assert_eq!(place(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn every_spelling_of_a_remote_is_one_name() {
        for address in
            ["https://git.example/acme/shop", "git@git.example:acme/shop.git", "ssh://u:p@GIT.example/acme/shop"]
        {
            assert_eq!(handle(address), Some(Handle::global(Space::NativeId, "https://git.example/acme/shop")));
        }
        for none in ["shop", "https://${HOST}/x", "https://git.example/a b"] {
            assert_eq!(handle(none), None, "{none}");
        }
    }
}
