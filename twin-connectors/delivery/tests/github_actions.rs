//! Workflows and actions of GitHub Actions: structure, what is built, and nothing else.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoder, Origin, Payload, Recognition};
use twin_connector_delivery::github_actions::GithubActions;
use twin_core::base::Limits;
use twin_core::observe::{Outcome, SourceId};

use reading::{check_unreadable, fixtures, incoming, origin, read, told};

const PATH: &str = ".github/workflows/release.yml";

const RELEASE: &str = "name: Release
on:
  push:
    branches: [main]
    paths: ['services/cart/**', '!services/cart/docs/**', Cargo.toml]
  workflow_dispatch:
env:
  TOKEN: zq-token
defaults:
  run: {working-directory: services/cart}
jobs:
  test:
    runs-on: [self-hosted, linux]
    strategy: {matrix: {go: ['1.25', '1.26']}}
    container: golang:${{ matrix.go }}
    services:
      db: {image: 'postgres:18', env: {POSTGRES_PASSWORD: zq-password}}
    steps:
      - uses: actions/checkout@v5
      - uses: Acme/Tools/lint@0123456789abcdef0123456789abcdef01234567 # v3
        with: {key: zq-key}
      - uses: ./.github/actions/setup
      - uses: docker://alpine:3.20
      - run: |
          curl -H 'zq-header' https://zq.example
          docker build --build-arg TOKEN=zq -t ghcr.io/acme/cart:${{ github.sha }} .
        env: {X: '${{ secrets.ZQ_NAME }}'}
  image:
    needs: test
    runs-on: ubuntu-latest
    environment: {name: production, url: 'https://zq:zq@shop.example/zq'}
    steps:
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: |
            ghcr.io/acme/pay
      - uses: docker/build-push-action@v6
        with:
          context: services/pay
          file: services/pay/docker/Dockerfile
          push: true
          build-args: TOKEN=zq
          tags: |
            ${{ steps.meta.outputs.tags }}
            acme/pay:1
  deploy:
    needs: [image]
    uses: ./.github/workflows/deploy.yaml
    secrets: {ZQ: '${{ secrets.ZQ }}'}
  notify:
    needs: [image]
    uses: acme/flows/.github/workflows/notify.yml@main
";

fn lines(path: &str, text: &str) -> Vec<String> {
    told(&read(&GithubActions, path, text.as_bytes())).into_iter().map(|line| line.trim().to_owned()).collect()
}

fn check(path: &str, text: &str, expected: &[&str]) {
    let told = lines(path, text);
    for line in expected {
        assert!(told.iter().any(|said| said.starts_with(line)), "no {line} in\n{}", told.join("\n"));
    }
}

#[test]
fn a_workflow_is_read_by_its_structure() {
    check(
        PATH,
        RELEASE,
        &[
            "Pipeline Release",
            "is Release <- .github/workflows/release.yml:1 \"Release\"",
            "answers to path:.github/workflows/release.yml",
            "answers to native_id:github-actions:.github/workflows/release.yml",
            "builtFrom path: <-",
            "platform.kind = workflow",
            "triggers = push, workflow_dispatch <- .github/workflows/release.yml:3 \"push\"",
            "jobs = test, image, deploy, notify <- .github/workflows/release.yml:12 \"test\"",
            "labels = runs-on=self-hosted, runs-on=linux, runs-on=ubuntu-latest, environment.host=shop.example",
            "deployment.environment.name = production <- .github/workflows/release.yml:31 \"production\"",
            "builderOf path:services/cart <- .github/workflows/release.yml:5 \"services/cart/**\"",
            "builderOf path:services/cart <- .github/workflows/release.yml:10 \"services/cart\"",
            "dependsOn image:docker.io/library/golang build <- .github/workflows/release.yml:15 \"golang\"",
            "dependsOn image:docker.io/library/postgres development 18 <-",
            "dependsOn image:docker.io/library/alpine build 3.20 <-",
            "dependsOn package:pkg:githubactions/actions/checkout build v5 v5 <- .github/workflows/release.yml:19 \"actions/checkout@v5\"",
            "dependsOn package:pkg:githubactions/acme/tools/lint build 0123456789abcdef0123456789abcdef01234567 <-",
            "dependsOn native_id:github-actions:.github/actions/setup <-",
            "dependsOn native_id:github-actions:.github/workflows/deploy.yaml <-",
            "dependsOn package:pkg:githubactions/acme/flows/.github/workflows/notify.yml build main main <-",
            "Package pkg:githubactions/actions/checkout",
        ],
    );
}

#[test]
fn what_it_builds_is_built_by_it_from_a_folder_and_a_dockerfile() {
    check(
        PATH,
        RELEASE,
        &[
            "Image ghcr.io/acme/cart",
            "builtBy Pipeline Release <- .github/workflows/release.yml:26 \"ghcr.io/acme/cart\"",
            "builtFrom path:services/cart services/cart/Dockerfile <- .github/workflows/release.yml:26",
            "Image ghcr.io/acme/pay",
            "builtBy Pipeline Release <- .github/workflows/release.yml:45 \"steps.meta.outputs.tags\"",
            "builtFrom path:services/pay services/pay/docker/Dockerfile <- .github/workflows/release.yml:45",
            "Image docker.io/acme/pay",
            "builtBy Pipeline Release <- .github/workflows/release.yml:46 \"acme/pay:1\"",
            "builderOf path:services/pay <- .github/workflows/release.yml:40 \"services/pay\"",
        ],
    );
}

#[test]
fn nothing_secret_leaves() {
    let decoded = format!("{:?}", read(&GithubActions, PATH, RELEASE.as_bytes()));
    assert!(!decoded.to_lowercase().contains("zq"), "{decoded}");
}

#[test]
fn builds_are_read_from_where_they_run() {
    let step = |step: &str| {
        format!("on: push\njobs:\n  a:\n    defaults: {{run: {{working-directory: b}}}}\n    steps:\n{step}")
    };
    let cases: [(&str, &str, &[&str]); 10] = [
        (PATH, "      - run: docker build --target test -t x .", &["builtFrom path:b b/Dockerfile target test"]),
        (
            PATH,
            "      - {uses: docker/build-push-action@v6, with: {tags: x, target: '${{ matrix.zq }}'}}",
            &["builtFrom path: Dockerfile target unknown"],
        ),
        (PATH, "      - run: docker build -t x .", &["builtFrom path:b b/Dockerfile", "Image docker.io/library/x"]),
        (
            PATH,
            "      - {run: docker build -t x c, working-directory: ./d}",
            &["builtFrom path:d/c d/c/Dockerfile", "builderOf path:d <-"],
        ),
        (
            "repo/.github/workflows/a.yml",
            "      - run: docker build -t x .",
            &["builtFrom path:repo/b repo/b/Dockerfile", "builtFrom path:repo <-"],
        ),
        (
            "repo/.github/workflows/a.yml",
            "      - {uses: docker/build-push-action@v6, with: {tags: x}}",
            &["builtFrom path:repo repo/Dockerfile"],
        ),
        (
            PATH,
            "      - {uses: docker/build-push-action@v6, with: {tags: x, context: '{{defaultContext}}:e'}}",
            &["builtFrom path:e e/Dockerfile"],
        ),
        (
            PATH,
            "      - {uses: docker/build-push-action@v6, with: {tags: '${{ env.X }}/x:1'}}",
            &["! unresolved .github/workflows/release.yml:6: an image is built"],
        ),
        (
            PATH,
            "      - {uses: docker/build-push-action@v6, with: {tags: 'x,y', file: f/Dockerfile}}",
            &["Image docker.io/library/y", "builtFrom path: f/Dockerfile", "builderOf path:f"],
        ),
        (PATH, "      - {run: 'docker build -t x .', working-directory: '${{ matrix.dir }}'}", &["builtBy Pipeline"]),
    ];
    for (path, text, expected) in cases {
        check(path, &step(text), expected);
    }
    let open = lines(PATH, &step("      - {run: 'docker build -t x .', working-directory: '${{ matrix.dir }}'}"));
    assert!(!open.iter().any(|line| line.starts_with("builtFrom path:b")), "{open:?}");
}

#[test]
fn a_name_stands_for_one_workflow_of_a_repository() {
    let text = b"name: CI\non: push\njobs: {a: {runs-on: x}}\n";
    let paths = [".github/workflows/a.yml", ".github/workflows/b.yml"];
    let payloads = paths.map(|path| Payload { path, bytes: Ok(text) });
    let decoded = GithubActions.decode(&payloads, &origin());
    let keys: Vec<String> = decoded.iter().map(|file| file.records[0].key.to_string()).collect();
    assert_eq!(keys, ["test/Pipeline:CI", "test/Pipeline:CI#b.yml"]);
    let elsewhere = read(&GithubActions, "x/.github/workflows/a.yml", text).records[0].key.clone();
    assert!(elsewhere.name.starts_with("CI@") && !elsewhere.name.contains('/'), "{elsewhere}");
    assert_eq!(read(&GithubActions, "renamed.yml", text).records[0].key.name, "CI");
    check(".github/workflows/nightly.yaml", "on: schedule\njobs: {}", &["Pipeline nightly", "triggers = schedule"]);
    check(PATH, "name: '${{ github.ref }}'\non: [push, 'x y']\njobs: {}", &["Pipeline release", "triggers = push <-"]);
    assert_eq!(GithubActions.group(paths[0]), GithubActions.group(paths[1]));
}

#[test]
fn a_composite_action_is_a_pipeline_that_workflows_use() {
    let text = "name: Set up\nruns:\n  using: composite\n  steps:\n    - uses: actions/setup-go@v6\n    - run: docker build -t x tools\n      shell: bash\n";
    check(
        ".github/actions/setup/action.yml",
        text,
        &[
            "Pipeline action:Set up@",
            "is Set up",
            "platform.kind = action",
            "answers to native_id:github-actions:.github/actions/setup",
            "dependsOn package:pkg:githubactions/actions/setup-go build v6 v6",
            "builtFrom path:tools tools/Dockerfile",
        ],
    );
    check(
        "lint/action.yml",
        "runs: {using: docker, image: 'docker://alpine:3'}",
        &["is lint", "dependsOn image:docker.io/library/alpine"],
    );
    check("action.yml", "runs: {using: node24}", &["Pipeline action:action"]);
}

#[test]
fn jobs_that_wait_in_vain_are_named() {
    let cases = [
        (
            "jobs: {a: {needs: b}}",
            "! unresolved .github/workflows/release.yml:1: a job waits for one that is not there",
        ),
        (
            "jobs:\n  x: {}\n  a: {needs: [b]}\n  b: {needs: c}\n  c: {needs: a}",
            "! unresolved .github/workflows/release.yml:3: jobs wait for each other",
        ),
        ("jobs:\n  a: {needs: a}", "! unresolved .github/workflows/release.yml:2: jobs wait for each other"),
    ];
    for (text, expected) in cases {
        check(PATH, text, &[expected]);
    }
    assert!(!lines(PATH, "jobs: {a: {needs: b}, b: {}}").iter().any(|line| line.starts_with('!')));
}

#[test]
fn what_is_not_understood_makes_a_file_partial() {
    for text in [
        "jobs: {a: 1, b: {}}",
        "jobs: {a: {steps: x}}",
        "jobs: {a: {steps: [x]}}",
        "jobs: {a: {steps: [{uses: [x]}]}}",
        "jobs: {}\n---\njobs: {}",
        "jobs: {1: {}, [x]: {}}",
    ] {
        let decoded = read(&GithubActions, PATH, text.as_bytes());
        assert!(matches!(decoded.outcome, Outcome::Partial(_)), "{text}");
        assert_eq!((incoming(&decoded), decoded.records.len()), (1, 1), "{text}");
    }
    for text in [
        "jobs: {a: {steps: [{uses: checkout}]}}",
        "jobs: {a: {steps: [{uses: 'a/b@x y'}]}}",
        "jobs: {a: {steps: [{uses: './../x'}]}}",
    ] {
        let decoded = read(&GithubActions, PATH, text.as_bytes());
        assert_eq!((decoded.diagnostics.len(), &decoded.outcome), (1, &Outcome::Complete), "{text}");
    }
}

#[test]
fn what_is_no_workflow_is_one_rejection() {
    let deep = format!("jobs: {}", "[".repeat(3000));
    let cases: [(&[u8], &str); 10] = [
        (b"", "not-recognised"),
        (b"# only\n", "not-recognised"),
        (b"id,name\n1,zq\n", "not-recognised"),
        (b"[{\"id\": 1}]", "not-recognised"),
        (b"services: {a: {image: x}}", "not-recognised"),
        (b"jobs: [a]", "not-recognised"),
        (b"jobs: {a: @zq", "syntax"),
        (b"jobs: \xff", "encoding"),
        (b"\x7fELF\x02\x00", "encoding"),
        (deep.as_bytes(), "limit"),
    ];
    for (bytes, code) in cases {
        let decoded = read(&GithubActions, PATH, bytes);
        assert_eq!((incoming(&decoded), decoded.diagnostics[0].code.as_str()), (1, code), "{bytes:?}");
        assert!(decoded.records.is_empty() && !format!("{decoded:?}").contains("zq"), "{decoded:?}");
    }
    check_unreadable(&GithubActions, PATH);
    let origin = Origin { source: SourceId("x".to_owned()), limits: Limits { nodes: 8, ..Limits::default() } };
    let many = Payload { path: PATH, bytes: Ok(RELEASE.as_bytes()) };
    assert_eq!(GithubActions.decode(&[many], &origin)[0].diagnostics[0].code, "limit");
    for (path, bytes) in fixtures("github") {
        assert_eq!(incoming(&read(&GithubActions, &path, &bytes)), 1, "{path}");
    }
}

#[test]
fn line_ends_and_marks_change_nothing() {
    let plain = lines(PATH, RELEASE);
    assert_eq!(lines(PATH, &RELEASE.replace('\n', "\r\n")), plain);
    assert_eq!(lines(PATH, &format!("\u{feff}{RELEASE}")), plain);
    check(PATH, "jobs: {a: {}}\njobs: {b: {}}", &["jobs = b"]);
}

#[test]
fn workflows_are_recognised_by_their_folder() {
    let cases = [
        (PATH, "", Recognition::ByName),
        ("a/.github/workflows/x.yaml", "", Recognition::ByName),
        ("x.github/workflows/x.yaml", "", Recognition::No),
        (".github/workflows/deep/x.yml", "", Recognition::No),
        (".github/workflows/x.sh", "", Recognition::No),
        (".github/dependabot.yml", "", Recognition::No),
        ("a/action.yml", "name: x\nruns:\n  using: composite", Recognition::ByName),
        ("a/action.yml", "name: x", Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(GithubActions.recognises(path, head.as_bytes()), expected, "{path}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(
        text in "jobs:\n  a:\n(    (needs: |uses: |container: |steps:\n|runs-on: |environment: |services: )?(      - (run: |uses: |working-directory: ))?[a-c:@/$\\{\\}\\[\\]\"'. \\-|\\\\é]{0,16}\n){0,10}",
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        read(&GithubActions, PATH, text.as_bytes());
        read(&GithubActions, PATH, &bytes);
    }
}
