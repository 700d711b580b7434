//! Dockerfiles: base images, peers, labels, and what a build could hide in them.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoder, Origin, Payload, Recognition};
use twin_connector_code::dockerfile::Dockerfile;
use twin_core::base::Limits;
use twin_core::observe::{Outcome, SourceId, Statement};

use reading::{check_unreadable, fixtures, incoming, read, told};

const PATH: &str = "cart/Dockerfile";

/// What is said, line by line, without the records' names and what every file says of itself.
fn said(text: &str) -> Vec<String> {
    let decoded = read(&Dockerfile, PATH, text.as_bytes());
    assert_eq!(incoming(&decoded), 1, "{text}");
    let lines = told(&decoded).into_iter().map(|line| line.trim().to_owned());
    lines
        .filter(|line| {
            ["!", "dependsOn", "builtFrom", "connectsTo", "port", "service.version", "license", "description"]
                .iter()
                .any(|wanted| line.starts_with(wanted))
        })
        .collect()
}

/// What a file says of images and ports.
const BASES: [(&str, &[&str]); 15] = [
    ("FROM alpine:3", &["dependsOn image:docker.io/library/alpine 3 <- cart/Dockerfile:1 \"alpine:3\""]),
    ("FROM scratch", &[]),
    (
        "FROM --platform=$BUILDPLATFORM acme/go AS a\nFROM scratch\nCOPY --from=a x y",
        &["dependsOn image:docker.io/acme/go build <- cart/Dockerfile:1 \"acme/go\""],
    ),
    (
        "FROM acme/go AS a\nFROM acme/go:2\nCOPY --from=0 x y",
        &["dependsOn image:docker.io/acme/go 2 <- cart/Dockerfile:2 \"acme/go:2\""],
    ),
    (
        "from a.example/b AS base\nfrom base as next\nFROM NEXT",
        &["dependsOn image:a.example/b <- cart/Dockerfile:1 \"a.example/b\""],
    ),
    (
        "FROM a.example/b\nCOPY --from=c.example/d:1 x y\nRUN --mount=type=bind,from=e.example/f,target=/x make",
        &[
            "dependsOn image:a.example/b <- cart/Dockerfile:1 \"a.example/b\"",
            "dependsOn image:c.example/d build 1 <- cart/Dockerfile:2 \"c.example/d:1\"",
            "dependsOn image:e.example/f build <- cart/Dockerfile:3 \"e.example/f\"",
        ],
    ),
    (
        "ARG TAG=3.20\nARG BASE=alpine\nFROM ${BASE}:${TAG}",
        &["dependsOn image:docker.io/library/alpine 3.20 <- cart/Dockerfile:3 \"${BASE}:${TAG}\""],
    ),
    ("FROM ${BASE:-alpine}", &["dependsOn image:docker.io/library/alpine <- cart/Dockerfile:1 \"${BASE:-alpine}\""]),
    (
        "ARG BASE\nFROM $BASE",
        &["! unresolved cart/Dockerfile:2: an image whose name depends on an argument that has no default here"],
    ),
    (
        "FROM alpine\nARG T=x\nCOPY --from=$T a b",
        &[
            "dependsOn image:docker.io/library/alpine <- cart/Dockerfile:1 \"alpine\"",
            "! unresolved cart/Dockerfile:3: an image whose name depends on an argument that has no default here",
        ],
    ),
    ("FROM a@sha256:00ff", &["dependsOn image:docker.io/library/a sha256:00ff <- cart/Dockerfile:1 \"a@sha256:00ff\""]),
    ("FROM u:zq-p@b.example/x", &["! unresolved cart/Dockerfile:1: not the name of an image"]),
    ("FROM", &["! unresolved cart/Dockerfile:1: not the name of an image"]),
    (
        "FROM \\\n  # note\n  alpine AS \\\n x\nONBUILD COPY --from=y.example/z a b",
        &["dependsOn image:docker.io/library/alpine <- cart/Dockerfile:3 \"alpine\""],
    ),
    (
        "FROM a.example/b\nRUN <<EOF\nFROM c.example/d\nEOF\nEXPOSE 80/tcp 9000-9010 $PORT nine\n",
        &[
            "dependsOn image:a.example/b <- cart/Dockerfile:1 \"a.example/b\"",
            "port = 80 <- cart/Dockerfile:5 \"80/tcp\"",
            "port = 9000 <- cart/Dockerfile:5 \"9000-9010\"",
        ],
    ),
];

#[test]
fn base_images_are_those_of_the_last_stage_and_of_the_build() {
    for (text, expected) in BASES {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn an_argument_leads_to_the_line_of_its_default() {
    let decoded = read(&Dockerfile, PATH, b"ARG TAG=3.20\nARG BASE=alpine\nFROM ${BASE}:${TAG}\n");
    let chain = decoded.records[0].observations.iter().find_map(|said| match &said.statement {
        Statement::Related { .. } => Some(&said.evidence.chain),
        _ => None,
    });
    let shown: Vec<String> = chain.unwrap().iter().map(|step| format!("{} {}", step.locator, step.raw)).collect();
    assert_eq!(shown, ["cart/Dockerfile:3 ${BASE}:${TAG}", "cart/Dockerfile:2 alpine", "cart/Dockerfile:1 3.20"]);
}

#[test]
fn labels_are_read_by_convention_and_people_are_not() {
    let text = "FROM scratch\nMAINTAINER zq-somebody\nLABEL maintainer=\"zq@example.com\" org.opencontainers.image.version=1.2 org.opencontainers.image.source=\"https://u:zq-t@git.example/acme/shop.git\" \\\n  org.opencontainers.image.title=git.example/acme/cart org.opencontainers.image.licenses='MIT OR Zlib'\nLABEL org.opencontainers.image.authors=zq org.opencontainers.image.revision=$zq";
    let decoded = read(&Dockerfile, PATH, text.as_bytes());
    let told = told(&decoded).join("\n");
    for line in [
        "builtFrom native_id:https://git.example/acme/shop <- cart/Dockerfile:3 \"git.example/acme/shop\"",
        "service.version = 1.2 <- cart/Dockerfile:3",
        "license = MIT OR Zlib <- cart/Dockerfile:4",
        "description = git.example/acme/cart <- cart/Dockerfile:4",
        "Image git.example/acme/cart",
        "builtFrom path:cart cart/Dockerfile <- cart/Dockerfile:4 \"git.example/acme/cart\"",
    ] {
        assert!(told.contains(line), "no {line} in\n{told}");
    }
    assert!(!format!("{decoded:?}").contains("zq"), "a secret or a person leaves: {decoded:?}");
}

#[test]
fn an_image_names_its_peers() {
    let text = "FROM base\n# ENV X_URL=http://no:1\nARG HOST=cart\nENV A_ADDR=$HOST:80 \\\n    B_URL=\"http://u:zq-p@b:1/x\" \\\n # more\n    PASSWORD=zq:1\nENV C_HOST pay\nHEALTHCHECK CMD curl http://no:2\nRUN <<EOF\nENV N_URL=http://no:3\nEOF\nCMD [\"run\", \"--peer\", \"d:3\"]\n";
    let peers: Vec<String> = said(text).into_iter().filter(|line| line.starts_with("connectsTo")).collect();
    let short: Vec<&str> = peers.iter().filter_map(|line| line.split(" <- ").last()).collect();
    assert_eq!(
        short,
        [
            "cart/Dockerfile:3 \"cart\"",
            "cart/Dockerfile:5 \"b:1\"",
            "cart/Dockerfile:8 \"pay\"",
            "cart/Dockerfile:13 \"d:3\""
        ]
    );
    assert!(!format!("{:?}", read(&Dockerfile, PATH, text.as_bytes())).contains("zq"), "a secret leaves");
}

#[test]
fn only_the_last_stage_and_what_it_stands_on_runs() {
    let text = "ARG G=g:1\nFROM a AS base\nENV A_ADDR=a:1\nFROM b AS build\nENV B_ADDR=b:1\nFROM base\nARG G\nENV C_ADDR=c:1 G_ADDR=$G\n";
    let peers = said(text).join("\n");
    assert_eq!(["host:a", "host:b", "host:c", "host:g"].map(|host| peers.contains(host)), [true, false, true, true]);
}

#[test]
fn the_key_is_what_the_file_says() {
    let key = |path: &str, text: &str| read(&Dockerfile, path, text.as_bytes()).records[0].key.clone();
    let here = key("a/Dockerfile", "FROM alpine:3\nRUN x");
    assert_eq!(here, key("b/cart.Dockerfile", "# moved\nFROM alpine:3\nRUN y"));
    for other in [
        "FROM alpine:4",
        "FROM alpine:3 AS a\nFROM scratch",
        "FROM alpine:3\nEXPOSE 1",
        "FROM alpine:3\nLABEL org.opencontainers.image.version=1",
    ] {
        assert_ne!(here, key("a/Dockerfile", other), "{other}");
    }
}

#[test]
fn dockerfiles_are_recognised_by_name() {
    for path in [
        "Dockerfile",
        "a/Dockerfile.dev",
        "a/cart.Dockerfile",
        "Containerfile",
        "x.containerfile",
        "a/dockerfile.alpine3.20",
    ] {
        assert_eq!(Dockerfile.recognises(path, b""), Recognition::ByName, "{path}");
    }
    for path in [
        "Dockerfile.dockerignore",
        ".dockerignore",
        "dockerfile.rs",
        "Dockerfile.md",
        "Dockerfiles",
        "myDockerfile",
        "a/Dockerfile.dev.dockerignore",
    ] {
        assert_eq!(Dockerfile.recognises(path, b""), Recognition::No, "{path}");
    }
}

#[test]
fn what_is_no_dockerfile_is_one_rejection() {
    let long = format!("FROM a\nRUN {}", "x".repeat(2_000_000));
    let cases: [(&[u8], &str); 7] = [
        (b"", "not-recognised"),
        (b"\n# only\n", "not-recognised"),
        (b"{\"FROM\": 1}", "not-recognised"),
        (b"RUN <<X\nFROM a\n", "not-recognised"),
        (b"FROM a\xff", "encoding"),
        (b"\x7fELF\x02\x00", "not-recognised"),
        (long.as_bytes(), "limit"),
    ];
    for (bytes, code) in cases {
        let decoded = read(&Dockerfile, PATH, bytes);
        assert_eq!((incoming(&decoded), decoded.diagnostics[0].code.as_str()), (1, code));
        assert!(decoded.records.is_empty() && matches!(decoded.outcome, Outcome::Partial(_)));
    }
    check_unreadable(&Dockerfile, PATH);
    let partial = read(&Dockerfile, PATH, b"FROM a\nRUN <<X\nUSER b\n");
    assert!(matches!(partial.outcome, Outcome::Partial(_)) && partial.records.len() == 2);
    let limits = Limits { payload_bytes: 5, ..Limits::default() };
    let origin = Origin { source: SourceId("x".to_owned()), limits };
    let refused = Dockerfile.decode(&[Payload { path: PATH, bytes: Ok(b"FROM a") }], &origin).remove(0);
    assert_eq!(refused.diagnostics[0].code, "limit");
}

#[test]
fn real_files_are_one_record_each() {
    for (path, bytes) in fixtures("dockerfile") {
        assert_eq!(incoming(&read(&Dockerfile, &path, &bytes)), 1, "{path}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(
        text in "(FROM a|FROM |COPY --from=|LABEL org.opencontainers.image.(source|title)=|ENV A=|ARG A=|EXPOSE |[a:@/$\\\\`\"'<{}=,\n #-]|<<a|\r\n|é){0,40}",
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        read(&Dockerfile, PATH, text.as_bytes());
        read(&Dockerfile, PATH, &bytes);
    }
}
