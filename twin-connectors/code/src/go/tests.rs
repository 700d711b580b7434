//! Modules of Go.

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload};

use super::Go;
use crate::packages_tests::{Sample, check, endures, origin, partial};

#[test]
fn a_module_requires_others() {
    let text = "// zq\r\nmodule \"example.org/Harbour/quay/v2\" // Deprecated: zq\r\n\r\ngo 1.24\r\ntoolchain go1.24.1\r\n\r\nrequire example.org/tide v1.2.3\r\nrequire (\r\n\texample.org/knot v0.3.0 // indirect\r\n\texample.org/rope v0.0.0\r\n\texample.org/moor v1.0.0\r\n\texample.org/hull v2.0.0+incompatible\r\n\texample.org/buoy v1.1.0\r\n)\r\n\r\nreplace example.org/rope => ../rope\r\nreplace (\r\n\texample.org/moor v1.0.0 => example.org/fork/moor v1.0.1\r\n\texample.org/hull v1.0.0 => example.org/other v9.0.0\r\n)\r\nexclude example.org/tide v1.2.2\r\nretract [v1.0.0, v1.0.5] // zq\r\ntool example.org/buoy/cmd/float\r\n";
    check(
        &Go,
        &[Sample("quay/go.mod", text)],
        "quay/go.mod",
        "Package golang:example.org/Harbour/quay/v2 1 purl=pkg:golang/example.org/harbour/quay/v2 represents=golang:example.org/Harbour/quay/v2 builtFrom=quay
           dependsOn pkg:golang/example.org/tide version.range=v1.2.3
           dependsOn pkg:golang/example.org/knot condition=indirect version.range=v0.3.0
           dependsOn pkg:golang/example.org/rope
           dependsOn pkg:golang/example.org/fork/moor version.range=v1.0.1
           dependsOn pkg:golang/example.org/hull version.range=v2.0.0+incompatible
           dependsOn pkg:golang/example.org/buoy dependency.scope=development version.range=v1.1.0
         Component golang:example.org/Harbour/quay/v2 0 path=quay
         Package golang:example.org/tide 0 purl=pkg:golang/example.org/tide
         Package golang:example.org/knot 0 purl=pkg:golang/example.org/knot
         Package golang:example.org/rope 0 purl=pkg:golang/example.org/rope
         Package golang:example.org/fork/moor 0 purl=pkg:golang/example.org/fork/moor
         Package golang:example.org/hull 0 purl=pkg:golang/example.org/hull
         Package golang:example.org/buoy 0 purl=pkg:golang/example.org/buoy",
    );
}

#[test]
fn workspaces_and_hashes_are_nothing_of_their_own() {
    check(&Go, &[Sample("go.work", "go 1.24\nuse (\n\t./quay\n\t./rope\n)\n")], "go.work", "");
    check(
        &Go,
        &[Sample("go.sum", "example.org/tide v1.2.3 h1:00=\nexample.org/tide v1.2.3/go.mod h1:01=\n")],
        "go.sum",
        "",
    );
}

#[test]
fn bad_input_is_told_and_the_rest_is_read() {
    endures(&Go, &["go.mod", "go.work", "x"]);
    let (records, diagnostics) = partial(&Go, &[Sample("go.mod", "module a\nwhat zq\nrequire\nrequire b\n")]);
    assert_eq!((records.len(), diagnostics), (4, vec!["go.mod:2 syntax 0".to_owned()]));
    let (records, diagnostics) = partial(&Go, &[Sample("go.sum", "a v1 h1:0\nzq\n")]);
    assert_eq!((records.len(), diagnostics), (0, vec!["go.sum:2 syntax 1".to_owned()]));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for path in ["go.mod", "go.sum", "go.work"] {
            Go.decode(&[Payload { path, bytes: Ok(&bytes) }], &origin());
        }
    }

    #[test]
    fn whatever_looks_like_a_module_is_read_or_refused(
        text in "(module|require|replace|tool|=>|\\(|\\)|[a-c/.]{1,4}|v1| |\n|//|\"){0,60}",
    ) {
        Go.decode(&[Payload { path: "go.mod", bytes: Ok(text.as_bytes()) }], &origin());
    }
}
