//! Where the code of a module comes from, without credentials.

/// A module that is fetched from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fetched {
    /// Its package URL.
    pub package: String,
    /// The part of the source that names it, to the letter.
    pub name: String,
    /// The version or revision that the source itself asks for.
    pub revision: Option<String>,
}

/// Hosts that a source may begin with as if they were a protocol.
const SHORT: [&str; 2] = ["github.com/", "bitbucket.org/"];

/// Reads the source of a module; `None` for a folder, and for what is neither of the forms that there are.
pub(super) fn fetched(source: &str) -> Option<Fetched> {
    let source = source.trim();
    if source.starts_with('.')
        || source.starts_with('/')
        || source.chars().any(|letter| letter.is_whitespace() || letter.is_control())
    {
        return None;
    }
    let (source, query) = source.split_once('?').unwrap_or((source, ""));
    let revision =
        query.split('&').find_map(|pair| pair.strip_prefix("ref=")).filter(|text| is_path(text)).map(str::to_owned);
    let place = source.rsplit_once("::").map_or(source, |(_, place)| place);
    let found = match is_address(source, place) {
        true => addressed(place),
        false => registered(source),
    };
    found.map(|(package, name)| Fetched { package, name, revision })
}

fn is_address(source: &str, place: &str) -> bool {
    source.contains("::")
        || place.contains("://")
        || place.contains('@')
        || SHORT.iter().any(|host| place.starts_with(host))
}

/// `https://user:…@host/group/name.git//folder`, `git@host:group/name.git`.
fn addressed(place: &str) -> Option<(String, String)> {
    let after_scheme = place.split_once("://").map_or(place, |(_, rest)| rest);
    let (authority, _) = after_scheme.split_once('/').unwrap_or((after_scheme, ""));
    let named = match authority.rfind('@') {
        Some(at) => after_scheme.get(at + 1..)?,
        None => after_scheme,
    };
    let whole = named.split("//").next().unwrap_or(named).trim_end_matches('/');
    let (host, path) = whole.split_once(['/', ':']).filter(|(host, path)| is_host(host) && is_path(path))?;
    let name = path.strip_suffix(".git").unwrap_or(path);
    let package = match host {
        "github.com" => format!("pkg:github/{}", name.to_lowercase()),
        "bitbucket.org" => format!("pkg:bitbucket/{}", name.to_lowercase()),
        _ => format!("pkg:generic/{}/{name}", host.to_lowercase()),
    };
    Some((package, name.to_owned()))
}

/// `namespace/name/system`, with the registry's host before it or not.
fn registered(source: &str) -> Option<(String, String)> {
    let name = source.split("//").next().unwrap_or(source);
    let parts: Vec<&str> = name.split('/').collect();
    let has_host = parts.len() == 4 && parts.first().is_some_and(|host| host.contains('.') && is_host(host));
    let is_name = (parts.len() == 3 || has_host) && parts.iter().all(|part| is_path(part));
    let short = name.strip_prefix("registry.terraform.io/").or_else(|| name.strip_prefix("registry.opentofu.org/"));
    is_name.then(|| (format!("pkg:terraform/{}", short.unwrap_or(name)), name.to_owned()))
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/+~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Option<(&str, &str, Option<&str>)>) {
        let found = fetched(source);
        let found =
            found.as_ref().map(|found| (found.package.as_str(), found.name.as_str(), found.revision.as_deref()));
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn sources_are_named_without_what_is_secret_in_them() {
        check("acme/network/aws", Some(("pkg:terraform/acme/network/aws", "acme/network/aws", None)));
        check("acme/network/aws//modules/a", Some(("pkg:terraform/acme/network/aws", "acme/network/aws", None)));
        check("registry.terraform.io/a/b/c", Some(("pkg:terraform/a/b/c", "registry.terraform.io/a/b/c", None)));
        check("app.example.io/a/b/c", Some(("pkg:terraform/app.example.io/a/b/c", "app.example.io/a/b/c", None)));
        check("github.com/Acme/Net", Some(("pkg:github/acme/net", "Acme/Net", None)));
        check("git@github.com:acme/net.git?ref=v1.2", Some(("pkg:github/acme/net", "acme/net", Some("v1.2"))));
        check(
            "git::https://bot:s3cret@git.example/infra/net.git//sub?ref=main&depth=1",
            Some(("pkg:generic/git.example/infra/net", "infra/net", Some("main"))),
        );
        check("git::ssh://git@git.example/net.git", Some(("pkg:generic/git.example/net", "net", None)));
        check(
            "https://files.example/net.zip?token=s3cret",
            Some(("pkg:generic/files.example/net.zip", "net.zip", None)),
        );
        check(
            "s3::https://s3.example/bucket/net.zip",
            Some(("pkg:generic/s3.example/bucket/net.zip", "bucket/net.zip", None)),
        );
        for none in
            ["", "./a", "../a", "/a", "a", "a/b", "a/b/c/d", "${var.x}/a/b", "https://", "git::", "a b/c/d", "::a"]
        {
            check(none, None);
        }
    }
}
