//! Pipelines of GitLab CI: structure, what is included, what is built, and nothing else.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload, Recognition};
use twin_connector_delivery::gitlab_ci::GitlabCi;
use twin_core::observe::Outcome;

use reading::{check_unreadable, fixtures, incoming, origin, read, told};

const PATH: &str = ".gitlab-ci.yml";

const MAIN: &str = "workflow:
  name: Shop
stages: [build, release]
variables:
  TOKEN: zq-token
default:
  image: {name: 'golang:1.26', entrypoint: [zq]}
include:
  - local: /ci/test.yml
  - project: Acme/pipelines
    ref: v2
    file: [/deploy.yml, /scan.yml]
  - remote: https://zq:zq@ci.example/shared/lint.yml?private_token=zq
  - template: Jobs/SAST.gitlab-ci.yml
  - component: $CI_SERVER_FQDN/acme/secrets/scan@1.2.0
  - local: 'ci/*.yml'
.base:
  image: alpine:3.20
  services: ['postgres:18', {name: 'redis:8', alias: zq}]
.unused:
  image: never:1
build:
  extends: .base
  stage: build
  before_script:
    - cd services/cart
  script:
    - echo zq-echo
    - !reference [.base, script]
    - docker build --build-arg T=zq -t registry.example/acme/cart:$CI_COMMIT_SHA -f docker/Dockerfile .
    - docker push registry.example/acme/cart
    - docker build -t $CI_REGISTRY_IMAGE/x .
deploy:
  needs: [build, {job: maybe, optional: true}]
  environment:
    name: production
    url: https://zq:zq@shop.example:8443/zq
  trigger:
    project: acme/infrastructure
    branch: main
child:
  trigger:
    include: {local: ci/child.yml}
";

fn lines(path: &str, text: &str) -> Vec<String> {
    told(&read(&GitlabCi, path, text.as_bytes())).into_iter().map(|line| line.trim().to_owned()).collect()
}

fn check(path: &str, text: &str, expected: &[&str]) {
    let told = lines(path, text);
    for line in expected {
        assert!(told.iter().any(|said| said.starts_with(line)), "no {line} in\n{}", told.join("\n"));
    }
}

#[test]
fn a_pipeline_is_read_by_its_structure() {
    check(
        PATH,
        MAIN,
        &[
            "Pipeline gitlab-ci",
            "is Shop <- .gitlab-ci.yml:2 \"Shop\"",
            "answers to path:.gitlab-ci.yml",
            "answers to native_id:gitlab-ci:.gitlab-ci.yml",
            "builtFrom path: <-",
            "jobs = build, deploy, child <- .gitlab-ci.yml:22 \"build\"",
            "labels = stage=build, stage=release, environment.host=shop.example",
            "deployment.environment.name = production",
            "dependsOn image:docker.io/library/golang build 1.26 <- .gitlab-ci.yml:7",
            "dependsOn image:docker.io/library/alpine build 3.20 <-",
            "dependsOn image:docker.io/library/postgres development 18 <-",
            "dependsOn image:docker.io/library/redis development 8 <-",
        ],
    );
    assert!(!lines(PATH, MAIN).iter().any(|line| line.contains("never")), "a template that nobody extends");
}

#[test]
fn what_is_included_and_started_is_named() {
    check(
        PATH,
        MAIN,
        &[
            "dependsOn native_id:gitlab-ci:ci/test.yml <- .gitlab-ci.yml:9 \"/ci/test.yml\"",
            "dependsOn package:pkg:gitlab/acme/pipelines#deploy.yml build v2 <- .gitlab-ci.yml:12 \"deploy.yml\"",
            "dependsOn package:pkg:gitlab/acme/pipelines#scan.yml build v2",
            "dependsOn package:pkg:generic/ci.example/shared/lint.yml build <- .gitlab-ci.yml:13 \"ci.example/shared/lint.yml\"",
            "dependsOn package:pkg:generic/gitlab-ci-template/Jobs/SAST build",
            "dependsOn package:pkg:gitlab/acme/secrets/scan build 1.2.0",
            "dependsOn native_id:gitlab-ci:project:acme/infrastructure build main",
            "Pipeline gitlab-ci:project:acme/infrastructure",
            "dependsOn native_id:gitlab-ci:ci/child.yml",
            "! unresolved .gitlab-ci.yml:16: something is included",
        ],
    );
    for (text, expected) in [
        ("include: ci/a.yml", "dependsOn native_id:gitlab-ci:ci/a.yml"),
        ("include: https://ci.example/a.yml", "dependsOn package:pkg:generic/ci.example/a.yml"),
        ("include: [a.yml, {remote: 'zq'}]", "! unresolved .gitlab-ci.yml:1"),
        ("include: {local: ../../a.yml}", "! unresolved .gitlab-ci.yml:1"),
        ("include: {project: $ZQ, file: a.yml}", "! unresolved .gitlab-ci.yml:1"),
        ("a: {trigger: acme/x}", "dependsOn native_id:gitlab-ci:project:acme/x"),
        ("a: {trigger: $X}", "! unresolved .gitlab-ci.yml:1"),
    ] {
        check(PATH, text, &[expected]);
    }
}

#[test]
fn what_it_builds_is_built_by_it_from_a_folder_and_a_dockerfile() {
    check(
        PATH,
        MAIN,
        &[
            "Image registry.example/acme/cart",
            "builtBy Pipeline gitlab-ci <- .gitlab-ci.yml:30 \"registry.example/acme/cart\"",
            "builtFrom path:services/cart services/cart/docker/Dockerfile <- .gitlab-ci.yml:30",
            "builderOf path:services/cart <- .gitlab-ci.yml:30",
            "! unresolved .gitlab-ci.yml:32: an image is built",
        ],
    );
    check(
        "shop/.gitlab-ci.yml",
        "a:\n  script: docker build -t x .",
        &["builtFrom path:shop shop/Dockerfile", "builtFrom path:shop <-"],
    );
    check(
        PATH,
        "a:\n  script:\n    - |\n      cd x\n      docker build -t y .\n    - - docker build -t z .\n",
        &[
            "builtBy Pipeline gitlab-ci <- .gitlab-ci.yml:5 \"y\"",
            "builtBy Pipeline gitlab-ci <- .gitlab-ci.yml:6 \"z\"",
            "builtFrom path:x x/Dockerfile <- .gitlab-ci.yml:6",
        ],
    );
}

#[test]
fn nothing_secret_leaves() {
    let decoded = format!("{:?}", read(&GitlabCi, PATH, MAIN.as_bytes()));
    assert!(!decoded.contains("zq"), "{decoded}");
}

#[test]
fn files_that_are_included_are_read_along() {
    let named = GitlabCi.companions(
        "shop/.gitlab-ci.yml",
        b"include: [{local: /ci/a.yml}, ci/b.gitlab-ci.yml, 'ci/*.yml', {remote: 'https://x/y.yml'}]",
    );
    assert_eq!(named, ["shop/ci/a.yml"]);
    let payloads = [
        Payload { path: "shop/.gitlab-ci.yml", bytes: Ok(b"include: ci/a.yml") },
        Payload { path: "shop/ci/a.yml", bytes: Ok(b".t: {image: 'alpine:3', script: [docker build -t x .]}") },
    ];
    let decoded = GitlabCi.decode(&payloads, &origin());
    let told = told(&decoded[1]).join("\n");
    for line in [
        "is a <-",
        "answers to native_id:gitlab-ci:shop/ci/a.yml",
        "image:docker.io/library/alpine",
        "builtFrom path:shop shop/Dockerfile",
    ] {
        assert!(told.contains(line), "no {line} in\n{told}");
    }
    assert!(decoded[0].records[0].key != decoded[1].records[0].key);
}

#[test]
fn jobs_that_wait_in_vain_and_templates_that_are_not_there_are_named() {
    let cases = [
        ("a: {script: x, needs: [b]}", "! unresolved .gitlab-ci.yml:1: a job waits"),
        (
            "a: {script: x, needs: [b]}\nb: {script: x, needs: [{job: a}]}",
            "! unresolved .gitlab-ci.yml:1: jobs wait for each other",
        ),
        ("a: {extends: .b}", "! unresolved .gitlab-ci.yml:1: a job extends"),
        (
            ".a: {extends: .b}\n.b: {extends: [.a]}\nc: {extends: .b}",
            "! unresolved .gitlab-ci.yml:1: jobs extend each other",
        ),
    ];
    for (text, expected) in cases {
        check(PATH, text, &[expected]);
    }
    let text = "include: x.yml\na: {extends: .b, needs: [c, {project: p/q, job: z}]}";
    assert!(!lines(PATH, text).iter().any(|line| line.starts_with('!')), "what is included may hold them");
}

#[test]
fn what_is_no_pipeline_is_one_rejection() {
    let cases: [(&[u8], &str); 8] = [
        (b"", "not-recognised"),
        (b"spec: {inputs: {}}\n", "not-recognised"),
        (b"id,name\n1,zq\n", "not-recognised"),
        (b"[{\"id\": 1}]", "not-recognised"),
        (b"a: {b: c}", "not-recognised"),
        (b"a: {script: @zq", "syntax"),
        (b"a: \xff", "encoding"),
        (b"a: &a {script: *b}", "syntax"),
    ];
    for (bytes, code) in cases {
        let decoded = read(&GitlabCi, PATH, bytes);
        assert_eq!((incoming(&decoded), decoded.diagnostics[0].code.as_str()), (1, code), "{bytes:?}");
        assert!(decoded.records.is_empty() && !format!("{decoded:?}").contains("zq"), "{decoded:?}");
    }
    check_unreadable(&GitlabCi, PATH);
    for (path, bytes) in fixtures("gitlab") {
        assert_eq!(incoming(&read(&GitlabCi, &path, &bytes)), 1, "{path}");
    }
    for text in ["a: {script: x}\nb: 1", "a: {script: x}\n---\na: {script: x}"] {
        let decoded = read(&GitlabCi, PATH, text.as_bytes());
        assert!(matches!(decoded.outcome, Outcome::Partial(_)) && incoming(&decoded) == 1, "{text}");
    }
    check(PATH, "spec: {inputs: {a: {default: zq}}}\n---\na: {script: x}\n", &["jobs = a <- .gitlab-ci.yml:3"]);
}

#[test]
fn pipelines_are_recognised_by_name() {
    for path in [PATH, "a/.gitlab-ci.yml", "ci/deploy.gitlab-ci.yml", "x.gitlab-ci.yaml"] {
        assert_eq!(GitlabCi.recognises(path, b""), Recognition::ByName, "{path}");
    }
    for path in ["gitlab-ci.yml", ".gitlab/ci.yml", ".gitlab-ci.yml.bak"] {
        assert_eq!(GitlabCi.recognises(path, b""), Recognition::No, "{path}");
    }
    check("ci/deploy.gitlab-ci.yml", "a: {script: x}", &["is deploy"]);
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(
        text in "((a|\\.b|include|default|stages):\n|  (script|extends|needs|image|trigger|environment|local|project|services): )?[a-c:@/$*&!\\{\\}\\[\\]\"'. \\-|é]{0,12}\n",
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        read(&GitlabCi, PATH, text.as_bytes());
        read(&GitlabCi, PATH, format!("a: {{script: x}}\n{text}").as_bytes());
        read(&GitlabCi, PATH, &bytes);
        GitlabCi.companions(PATH, text.as_bytes());
    }
}
