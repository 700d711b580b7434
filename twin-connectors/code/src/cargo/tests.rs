//! Manifests and lock files of Cargo.

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload};

use super::Cargo;
use crate::packages_tests::{Sample, check, endures, origin, partial};

#[test]
fn a_member_inherits_from_its_workspace() {
    let root = "[workspace]\nmembers = [\"quay\"]\n[workspace.package]\nversion = \"2.1.0\"\nlicense = \"MIT\"\n[workspace.dependencies]\ntide = { package = \"tide-chart\", version = \"1.4\" }\nrope = { path = \"rope\" }\n";
    let member = "[package]\nname = \"quay\"\nversion.workspace = true\nlicense = { workspace = true }\n[[bin]]\nname = \"quayd\"\n[dependencies]\ntide.workspace = true\nrope = { workspace = true, optional = true }\n[dev-dependencies]\nknot = \"0.3\"\n[target.'cfg(unix)'.dependencies]\nmoor = { git = \"https://kim:zq-secret@git.example/moor?zq\", tag = \"v1\" }\n";
    check(
        &Cargo,
        &[Sample("Cargo.toml", root), Sample("harbour/quay/Cargo.toml", member)],
        "harbour/quay/Cargo.toml",
        "Package cargo:quay 1 purl=pkg:cargo/quay service.version=2.1.0 license=MIT represents=cargo:quay builtFrom=harbour/quay
           dependsOn pkg:cargo/tide-chart version.range=1.4
           dependsOn pkg:cargo/rope dependency.scope=optional
           dependsOn pkg:cargo/knot dependency.scope=development version.range=0.3
           dependsOn pkg:cargo/moor condition=cfg(unix) version.range=git+https://git.example/moor#v1
         Component cargo:quay 0 path=harbour/quay platform.kind=application
         Package cargo:tide-chart 0 purl=pkg:cargo/tide-chart
         Package cargo:rope 0 purl=pkg:cargo/rope
         Package cargo:knot 0 purl=pkg:cargo/knot
         Package cargo:moor 0 purl=pkg:cargo/moor",
    );
}

#[test]
fn a_workspace_without_a_package_is_nothing_of_its_own() {
    check(&Cargo, &[Sample("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n")], "Cargo.toml", "");
    let both =
        "[package]\nname = \"root\"\nversion.workspace = true\n[lib]\n[workspace.package]\nversion = \"3.0.0\"\n";
    check(
        &Cargo,
        &[Sample("Cargo.toml", both)],
        "Cargo.toml",
        "Package cargo:root 1 purl=pkg:cargo/root service.version=3.0.0 represents=cargo:root builtFrom=
         Component cargo:root 0 path= platform.kind=library",
    );
}

#[test]
fn every_version_of_a_lock_file_says_which_versions_were_chosen() {
    let registry = "source = \"registry+https://kim:zq@reg.example/index\"";
    let four = format!(
        "version = 4\n\n[[package]]\nname = \"quay\"\nversion = \"2.1.0\"\ndependencies = [\n \"tide\",\n \"knot 0.2.0\",\n]\n\n[[package]]\nname = \"tide\"\nversion = \"1.4.2\"\n{registry}\ndependencies = [\"knot 0.3.0\"]\n\n[[package]]\nname = \"knot\"\nversion = \"0.2.0\"\n{registry}\n\n[[package]]\nname = \"knot\"\nversion = \"0.3.0\"\n{registry}\n"
    );
    let one = four
        .replace("version = 4\n", "")
        .replace("\"knot 0.2.0\"", "\"knot 0.2.0 (registry+https://kim:zq@reg.example/index)\"");
    for text in [four.as_str(), one.as_str()] {
        check(
            &Cargo,
            &[Sample("Cargo.lock", text)],
            "Cargo.lock",
            "Package cargo:quay 1 purl=pkg:cargo/quay
               dependsOn pkg:cargo/tide service.version=1.4.2
               dependsOn pkg:cargo/knot service.version=0.2.0
             Package cargo:tide 1 purl=pkg:cargo/tide
               dependsOn pkg:cargo/knot service.version=0.3.0
             Package cargo:knot 1 purl=pkg:cargo/knot
             Package cargo:knot 1 purl=pkg:cargo/knot",
        );
    }
}

#[test]
fn what_cannot_be_inherited_is_told() {
    let member =
        "[package]\r\nname = \"quay\"\r\nversion.workspace = true\r\n[dependencies]\r\ntide.workspace = true\r\n";
    let (records, diagnostics) =
        partial(&Cargo, &[Sample("a/Cargo.toml", member), Sample("Cargo.toml", "[package]\nname = \"x\"\n")]);
    assert_eq!(records[0], "Package cargo:quay 1 purl=pkg:cargo/quay represents=cargo:quay builtFrom=a");
    assert_eq!(diagnostics, ["a/Cargo.toml:3 unresolved 0", "a/Cargo.toml:5 unresolved 0"]);
    assert_eq!(Cargo.companions("a/b/Cargo.toml", member.as_bytes()), ["a/Cargo.toml", "Cargo.toml"]);
    assert!(Cargo.companions("a/Cargo.lock", b"workspace").is_empty());
}

#[test]
fn bad_input_is_told_and_the_rest_is_read() {
    endures(&Cargo, &["Cargo.toml", "Cargo.lock", "x"]);
    let lock = "[[package]]\nversion = \"1\"\n[[package]]\nname = \"a\"\nversion = \"1\"\n";
    let (records, diagnostics) = partial(&Cargo, &[Sample("Cargo.lock", lock)]);
    assert_eq!((records.len(), diagnostics), (1, vec!["Cargo.lock:1 shape 1".to_owned()]));
    let (records, diagnostics) = partial(&Cargo, &[Sample("Cargo.toml", "[package]\nname = [7]\n")]);
    assert_eq!((records.len(), diagnostics), (0, vec!["Cargo.toml:1 shape 1".to_owned()]));
    let (_, diagnostics) = partial(&Cargo, &[Sample("Cargo.toml", "[package]\nname = \"a\"\nname = \"b\"\n")]);
    assert_eq!(diagnostics, ["Cargo.toml:3 syntax 1"]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for path in ["Cargo.toml", "a/Cargo.lock"] {
            Cargo.decode(&[Payload { path, bytes: Ok(&bytes) }], &origin());
        }
    }

    #[test]
    fn whatever_looks_like_a_manifest_is_read_or_refused(
        text in "(\\[package\\]|\\[\\[package\\]\\]|name|version|workspace|dependencies|\\[[a-c.]{1,5}\\]| = |\"[a-c 1.]{0,4}\"|true|\n|\\{|\\}|\\[|\\]|,){0,60}",
    ) {
        for path in ["Cargo.toml", "a/Cargo.lock"] {
            Cargo.decode(&[Payload { path, bytes: Ok(text.as_bytes()) }], &origin());
        }
    }
}
