//! Manifests and lock files of npm, pnpm and Yarn.

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload, Recognition};

use super::Npm;
use crate::packages_tests::{Sample, check, decoded, endures, origin, partial};

const NAMES: [&str; 6] =
    ["package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "x"];

#[test]
fn a_manifest_is_a_package_and_a_component() {
    let tabs = "{\n\t\"name\": \"@harbour/quay\",\n\t\"version\": \"1.0.0\",\n\t\"description\": \"Caf\\u00e9 \\ud83d\\ude00\",\n\t\"license\": {\"type\": \"MIT\"},\n\t\"bin\": {\"quay\": \"x.js\"},\n\t\"scripts\": {\"start\": \"zq\"},\n\t\"dependencies\": {\n\t\t\"tide\": \"npm:tide-chart@^2\",\n\t\t\"moor\": \"git+https://kim:zq@git.example/moor.git#v1\",\n\t\t\"@harbour/rope\": \"workspace:*\"\n\t},\n\t\"devDependencies\": {\"knot\": \"~1\"},\n\t\"peerDependencies\": {\"hull\": \">=3\"}\n}\n";
    check(
        &Npm,
        &[Sample("apps/quay/package.json", tabs)],
        "apps/quay/package.json",
        "Package npm:@harbour/quay 1 purl=pkg:npm/%40harbour/quay service.version=1.0.0 license=MIT represents=npm:@harbour/quay builtFrom=apps/quay
           dependsOn pkg:npm/tide-chart version.range=^2
           dependsOn pkg:npm/moor version.range=git+https://git.example/moor.git#v1
           dependsOn pkg:npm/%40harbour/rope version.range=workspace:*
           dependsOn pkg:npm/knot dependency.scope=development version.range=~1
           dependsOn pkg:npm/hull dependency.scope=peer version.range=>=3
         Component npm:@harbour/quay 0 path=apps/quay description=Café 😀 platform.kind=application
         Package npm:tide-chart 0 purl=pkg:npm/tide-chart
         Package npm:moor 0 purl=pkg:npm/moor
         Package npm:@harbour/rope 0 purl=pkg:npm/%40harbour/rope
         Package npm:knot 0 purl=pkg:npm/knot
         Package npm:hull 0 purl=pkg:npm/hull",
    );
}

#[test]
fn what_is_no_component_is_none() {
    let cases = [
        ("package.json", "{\"private\": true, \"workspaces\": [\"a\"], \"devDependencies\": {\"x\": \"1\"}}", ""),
        ("dist/package.json", "{\"type\": \"module\"}", ""),
        ("pnpm-workspace.yaml", "packages:\n  - 'apps/*'\n", ""),
        (
            "quay/src/package.json",
            "{\"main\": \"a.js\"}",
            "Package npm:quay/src 1 represents=npm:quay/src builtFrom=quay/src\nComponent npm:quay/src 0 path=quay/src platform.kind=library",
        ),
        ("vendor/a/package.json", "{\"name\": \"a\"}", "Package npm:a 1 purl=pkg:npm/a builtFrom=vendor/a"),
        ("t/fixtures/a/package.json", "{\"name\": \"a\"}", "Package npm:a in test data 1 builtFrom=t/fixtures/a"),
    ];
    for (path, text, expected) in cases {
        check(&Npm, &[Sample(path, text)], path, expected);
    }
}

#[test]
fn a_name_means_the_nearest_folder_of_modules() {
    let lock = r#"{"name": "harbour", "lockfileVersion": 3, "packages": {
 "": {"name": "harbour", "workspaces": ["quay"], "dependencies": {"tide": "^1"}, "devDependencies": {"knot": "1"}},
 "quay": {"name": "@harbour/quay", "version": "1.0.0", "dependencies": {"tide": "^2", "rope": "1"}},
 "rope": {"version": "3.0.0"},
 "node_modules/@harbour/quay": {"resolved": "quay", "link": true},
 "node_modules/rope": {"resolved": "rope", "link": true},
 "node_modules/tide": {"version": "1.1.0", "license": "ISC", "resolved": "https://kim:zq@reg.example/tide.tgz"},
 "node_modules/knot": {"name": "real-knot", "version": "1.0.0", "peerDependencies": {"tide": "*", "gone": "*"}},
 "quay/node_modules/tide": {"version": "2.5.0", "dependencies": {"knot": "1"}}
}}"#;
    check(
        &Npm,
        &[Sample("package-lock.json", lock)],
        "package-lock.json",
        "Package npm:harbour 1 purl=pkg:npm/harbour
           dependsOn pkg:npm/tide service.version=1.1.0
           dependsOn pkg:npm/real-knot dependency.scope=development service.version=1.0.0
         Package npm:real-knot 1 purl=pkg:npm/real-knot
           dependsOn pkg:npm/tide dependency.scope=peer service.version=1.1.0
         Package npm:tide 1 purl=pkg:npm/tide license=ISC
         Package npm:@harbour/quay 1 purl=pkg:npm/%40harbour/quay
           dependsOn pkg:npm/tide service.version=2.5.0
           dependsOn pkg:npm/rope
         Package npm:tide 1 purl=pkg:npm/tide
           dependsOn pkg:npm/real-knot service.version=1.0.0
         Package npm:rope 1 purl=pkg:npm/rope",
    );
}

#[test]
fn version_one_nests_and_does_not_name_the_project() {
    let lock = r#"{"lockfileVersion": 1, "requires": true, "dependencies": {
 "tide": {"version": "1.1.0", "requires": {"knot": "^2"}, "dependencies": {"knot": {"version": "2.0.0"}}},
 "knot": {"version": "1.0.0", "dev": true}
}}"#;
    let manifest =
        "{\"name\": \"harbour\",\n \"dependencies\": {\"tide\": \"1\"},\n \"devDependencies\": {\"knot\": \"1\"}}";
    check(
        &Npm,
        &[Sample("a/npm-shrinkwrap.json", lock), Sample("a/package.json", manifest)],
        "a/npm-shrinkwrap.json",
        "Package npm:harbour 0 purl=pkg:npm/harbour
           dependsOn pkg:npm/tide service.version=1.1.0
           dependsOn pkg:npm/knot dependency.scope=development service.version=1.0.0
         Package npm:knot 1 purl=pkg:npm/knot
         Package npm:tide 1 purl=pkg:npm/tide
           dependsOn pkg:npm/knot service.version=2.0.0
         Package npm:knot 1 purl=pkg:npm/knot",
    );
}

const LOCKED_BY_PNPM: &str = "Package npm:harbour 0 purl=pkg:npm/harbour
       dependsOn pkg:npm/tide service.version=1.1.0
       dependsOn pkg:npm/%40deep/knot service.version=2.0.0
       dependsOn pkg:npm/rope
       dependsOn pkg:npm/hull dependency.scope=development service.version=3.0.0
     Package npm:tide 1 purl=pkg:npm/tide
       dependsOn pkg:npm/hull service.version=3.0.0
     Package npm:@deep/knot 1 purl=pkg:npm/%40deep/knot
     Package npm:hull 1 purl=pkg:npm/hull";

#[test]
fn every_version_of_pnpm_says_the_same() {
    let manifest = "{\"name\": \"harbour\", \"dependencies\": {\"tide\": \"1\", \"k\": \"npm:@deep/knot@2\", \"rope\": \"workspace:*\"}, \"devDependencies\": {\"hull\": \"3\"}}";
    let five = "lockfileVersion: 5.4\nspecifiers:\n  tide: ^1\ndependencies:\n  tide: 1.1.0_hull@3.0.0\n  k: /@deep/knot/2.0.0\n  rope: link:rope\ndevDependencies:\n  hull: 3.0.0\npackages:\n  /tide/1.1.0_hull@3.0.0:\n    resolution: {integrity: x}\n    dependencies:\n      hull: 3.0.0\n  /@deep/knot/2.0.0:\n    dev: false\n  /hull/3.0.0:\n    dev: true\n";
    let six = "lockfileVersion: '6.0'\nimporters:\n\n  .:\n    dependencies:\n      tide:\n        specifier: ^1\n        version: 1.1.0(hull@3.0.0)\n      k:\n        specifier: npm:@deep/knot@2\n        version: /@deep/knot@2.0.0\n      rope:\n        specifier: workspace:*\n        version: link:rope\n    devDependencies:\n      hull:\n        specifier: '3'\n        version: 3.0.0\npackages:\n\n  /tide@1.1.0(hull@3.0.0):\n    peerDependencies:\n      hull: '*'\n    dependencies:\n      hull: 3.0.0\n\n  /@deep/knot@2.0.0:\n    dev: false\n\n  /hull@3.0.0:\n    dev: true\n";
    let nine = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      tide:\n        specifier: ^1\n        version: 1.1.0(hull@3.0.0)\n      k:\n        specifier: npm:@deep/knot@2\n        version: '@deep/knot@2.0.0'\n      rope:\n        specifier: workspace:*\n        version: link:rope\n    devDependencies:\n      hull:\n        specifier: '3'\n        version: 3.0.0\npackages:\n  tide@1.1.0:\n    resolution: {integrity: x}\n  '@deep/knot@2.0.0':\n    resolution: {integrity: x}\n  hull@3.0.0:\n    resolution: {integrity: x}\nsnapshots:\n  tide@1.1.0(hull@3.0.0):\n    dependencies:\n      hull: 3.0.0\n  '@deep/knot@2.0.0': {}\n  hull@3.0.0: {}\n";
    for text in [five, six, nine] {
        let samples = [Sample("pnpm-lock.yaml", text), Sample("package.json", manifest)];
        check(&Npm, &samples, "pnpm-lock.yaml", LOCKED_BY_PNPM);
    }
}

#[test]
fn yarn_is_read_in_both_forms() {
    let manifest = "{\"name\": \"harbour\",\n \"dependencies\": {\"tide\": \"^1\", \"rope\": \"*\"}}";
    let first = "# yarn lockfile v1\r\n\r\n\r\n\"@deep/knot@^2\", \"@deep/knot@~2.0\":\r\n  version \"2.0.0\"\r\n  resolved \"https://kim:zq@reg.example/k.tgz#zq\"\r\n\r\ntide@^1:\r\n  version \"1.1.0\"\r\n  dependencies:\r\n    \"@deep/knot\" \"~2.0\"\r\n    gone \"1\"\r\n\r\nalias@npm:real@1:\r\n  version \"1.0.0\"\r\n";
    check(
        &Npm,
        &[Sample("package.json", manifest), Sample("yarn.lock", first)],
        "yarn.lock",
        "Package npm:harbour 0 purl=pkg:npm/harbour
           dependsOn pkg:npm/tide service.version=1.1.0
         Package npm:@deep/knot 1 purl=pkg:npm/%40deep/knot
         Package npm:tide 1 purl=pkg:npm/tide
           dependsOn pkg:npm/%40deep/knot service.version=2.0.0
         Package npm:real 1 purl=pkg:npm/real",
    );
    let later = "__metadata:\n  version: 8\n\n\"@deep/knot@npm:^2, @deep/knot@npm:~2.0\":\n  version: 2.0.0\n  resolution: \"@deep/knot@npm:2.0.0\"\n  checksum: x\n  linkType: hard\n\n\"harbour@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"harbour@workspace:.\"\n  dependencies:\n    \"@deep/knot\": \"npm:^2\"\n    rope: \"workspace:*\"\n    tide: ^1\n  linkType: soft\n\n\"rope@workspace:*, rope@workspace:rope\":\n  version: 0.0.0-use.local\n  resolution: \"rope@workspace:rope\"\n\n\"tide@npm:^1\":\n  version: 1.1.0\n  resolution: \"tide@npm:1.1.0\"\n";
    check(
        &Npm,
        &[Sample("yarn.lock", later)],
        "yarn.lock",
        "Package npm:@deep/knot 1 purl=pkg:npm/%40deep/knot
         Package npm:harbour 1 purl=pkg:npm/harbour
           dependsOn pkg:npm/%40deep/knot service.version=2.0.0
           dependsOn pkg:npm/rope
           dependsOn pkg:npm/tide service.version=1.1.0
         Package npm:rope 1 purl=pkg:npm/rope
         Package npm:tide 1 purl=pkg:npm/tide",
    );
}

#[test]
fn companions_are_the_manifests_of_those_who_need() {
    let lock = b"lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies: {}\n\n  'apps/quay':\n    dependencies:\n\n  ../rope: {}\n\npackages:\n  x:\n";
    assert_eq!(
        Npm.companions("a/b/pnpm-lock.yaml", lock),
        ["a/b/package.json", "a/b/apps/quay/package.json", "a/rope/package.json"]
    );
    assert_eq!(Npm.companions("yarn.lock", b""), ["package.json"]);
    assert!(Npm.companions("package.json", b"{}").is_empty());
    assert_eq!(Npm.recognises("a/pnpm-workspace.yaml", b""), Recognition::ByName);
    assert_eq!(Npm.recognises("a/tsconfig.json", b"{}"), Recognition::No);
}

#[test]
fn bad_input_is_told_and_the_rest_is_read() {
    endures(&Npm, &NAMES);
    let half =
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": 7,\n \"node_modules/b\": {\"version\": \"1\"}}}";
    let (records, diagnostics) = partial(&Npm, &[Sample("package-lock.json", half)]);
    assert_eq!(records, ["Package npm:b 1 purl=pkg:npm/b"]);
    assert_eq!(diagnostics, ["package-lock.json:1 shape 1"]);
    let (records, diagnostics) =
        partial(&Npm, &[Sample("yarn.lock", "# yarn lockfile v1\n\nodd:\n  version \"1\"\na@1:\n  version \"1\"\n")]);
    assert_eq!((records.len(), diagnostics), (1, vec!["yarn.lock:3 syntax 1".to_owned()]));
    let addresses = [
        ("yarn.lock", "# yarn lockfile v1\n\n\"https://kim:zq@h.example/x.tgz\":\n  version \"1\"\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  https://kim:zq@h.example/x.tgz:\n    dev: true\n"),
        ("pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n  https://kim:zq@h.example/x.tgz:\n    dev: true\n"),
    ];
    for (path, text) in addresses {
        let (records, diagnostics) = partial(&Npm, &[Sample(path, text)]);
        assert_eq!((records.len(), diagnostics.len()), (0, 1), "{path}");
    }
    let aliases = "{\"name\": \"a\", \"dependencies\": {\"b\": \"npm:https://kim:zq@h.example/x\", \"c d\": \"1\", \"e\": \"kim:zq@h:x/y\"}}";
    let (records, _) = partial(&Npm, &[Sample("package.json", aliases)]);
    assert_eq!(
        records.get(1..3).unwrap_or_default(),
        ["dependsOn pkg:npm/b version.range=npm:https://h.example/x", "dependsOn pkg:npm/e version.range=h:x/y"]
    );
    let twice = "\u{feff}{\"name\": \"a\", \"name\": \"b\", \"dependencies\": [\"zq\"]}";
    let twice = decoded(&Npm, &[Sample("package.json", twice)]);
    assert_eq!(twice[0].records[0].key.name, "npm:b");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), name in 0_usize..6) {
        Npm.decode(&[Payload { path: NAMES[name], bytes: Ok(&bytes) }], &origin());
    }

    #[test]
    fn whatever_looks_like_a_lock_is_read_or_refused(
        text in "([a-c@/:^1.\" \n(),{}_]|packages|node_modules|dependencies|version|lockfileVersion|: |\n  |\n    ){0,80}",
        name in 0_usize..6,
    ) {
        for head in ["", "lockfileVersion: 9\n", "lockfileVersion: 5\n", "# yarn lockfile v1\n", "__metadata:\n  version: 1\n"] {
            let text = format!("{head}{text}");
            Npm.decode(&[Payload { path: NAMES[name], bytes: Ok(text.as_bytes()) }], &origin());
        }
    }
}
