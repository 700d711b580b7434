//! Paths within a scanned folder, with `/`: the root is empty.

/// The last part.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder that a path lies in.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What is called `name` in a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// `relative` as seen from a folder, without `.` and `..`; `None` if it leads out of the scanned folder.
pub fn below(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[test]
fn paths_stay_within_the_root() {
    let cases = [
        ("", ".", Some("")),
        ("a", "./b//c/", Some("a/b/c")),
        ("a/b", "../c", Some("a/c")),
        ("a", "..", Some("")),
        ("a", "../..", None),
        ("", "../a", None),
    ];
    for (folder, relative, expected) in cases {
        assert_eq!(below(folder, relative).as_deref(), expected, "{folder} {relative}");
    }
    assert_eq!((name("a/b.c"), folder("a/b.c"), name("b"), folder("b")), ("b.c", "a", "b", ""));
    assert_eq!((join("a", "b").as_str(), join("", "b").as_str()), ("a/b", "b"));
}
