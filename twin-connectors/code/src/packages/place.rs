//! Where a file stands: its folder, those above it, and whether that is the project's own code.

pub(crate) use twin_connector_base::path::{folder as folder_of, join, name as file_name};

/// Folders of other people's code.
const VENDORED: [&str; 8] =
    ["vendor", "vendored", "third_party", "third-party", "node_modules", "bower_components", "site-packages", ".yarn"];

/// Folders of what tests read.
const TEST_DATA: [&str; 7] =
    ["testdata", "test_data", "test-data", "fixtures", "__fixtures__", "test-fixtures", "__mocks__"];

/// Folders whose name says nothing about what is in them.
const NONDESCRIPT: [&str; 6] = ["src", "source", "code", "app", "python", "server"];

/// Whose code a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Own,
    Vendored,
    TestData,
}

/// Whose code a folder holds, by the names on its path.
pub(crate) fn place_of(folder: &str) -> Place {
    let any = |names: &[&str]| folder.split('/').any(|part| names.contains(&part));
    match () {
        () if any(&TEST_DATA) => Place::TestData,
        () if any(&VENDORED) => Place::Vendored,
        () => Place::Own,
    }
}

/// A folder that is named relative to another, above which nothing is.
pub(crate) fn within(folder: &str, below: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in below.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The folders above a folder, the nearest first, at last the root.
pub(crate) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| folder_of(folder))).skip(1)
}

/// What people call a folder: its name, or that of the folder above where its own says nothing. The root is called after its source.
pub(crate) fn called<'a>(folder: &'a str, source: &'a str) -> &'a str {
    let mut parts = folder.rsplit('/').filter(|part| !part.is_empty());
    let last = parts.next();
    match (last, parts.next()) {
        (Some(last), Some(above)) if NONDESCRIPT.contains(&last) => above,
        (Some(last), _) => last,
        (None, _) => source.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("root"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_says_whose_code_it_holds_and_what_it_is_called() {
        let cases = [
            ("services/cart", Place::Own, "cart"),
            ("services/cart/src", Place::Own, "cart"),
            ("src", Place::Own, "src"),
            ("", Place::Own, "shop"),
            ("vendor/a/b", Place::Vendored, "b"),
            ("a/testdata/vendor/c", Place::TestData, "c"),
            ("vendors/a", Place::Own, "a"),
        ];
        for (folder, place, name) in cases {
            assert_eq!((place_of(folder), called(folder, "org/shop")), (place, name), "{folder}");
        }
        assert_eq!(ancestors("a/b").collect::<Vec<_>>(), ["a", ""]);
        assert_eq!(ancestors("").count(), 0);
    }
}
