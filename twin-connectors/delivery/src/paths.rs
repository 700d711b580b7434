//! Paths within a checkout.

use twin_connector_base::path::below;
pub(crate) use twin_connector_base::path::{folder, name};

/// The path of `relative` from a folder; `None` for one that leaves the root, is absolute, or is no literal path.
pub(crate) fn joined(folder: &str, relative: &str) -> Option<String> {
    let is_literal =
        !relative.starts_with(['/', '~']) && !relative.contains(['$', '\\', '*', '?', '`', ':', '{', '\n']);
    if is_literal { below(folder, relative) } else { None }
}

/// The name of a file without the ending of YAML.
pub(crate) fn stem(path: &str) -> &str {
    let name = name(path);
    [".yml", ".yaml"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// The folder that a filter of paths names: `services/cart/**`. `None` for one that names files, or several folders.
pub(crate) fn of_filter(filter: &str) -> Option<String> {
    let folder = ["/**/*", "/**", "/*", "/"].iter().find_map(|ending| filter.strip_suffix(ending))?;
    let is_plain = !folder.starts_with('!') && !folder.contains(['[', ']', '+']);
    joined("", folder).filter(|folder| is_plain && !folder.is_empty())
}

#[test]
fn paths_stay_within_the_root() {
    let cases = [
        ("", ".", Some("")),
        ("a", "./b//c/", Some("a/b/c")),
        ("a/b", "../c", Some("a/c")),
        ("a", "../..", None),
        ("a", "/etc", None),
        ("a", "$X", None),
        ("a", "https://host/x", None),
        ("a", "~/x", None),
    ];
    for (folder, relative, expected) in cases {
        assert_eq!(joined(folder, relative).as_deref(), expected, "{folder} {relative}");
    }
    let filters = [
        ("services/cart/**", Some("services/cart")),
        ("a/*", Some("a")),
        ("**", None),
        ("!a/**", None),
        ("a/**/b/**", None),
        ("Cargo.toml", None),
    ];
    for (filter, expected) in filters {
        assert_eq!(of_filter(filter).as_deref(), expected, "{filter}");
    }
}
