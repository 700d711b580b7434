//! Scripts: which images they build, from where, and what only looks like a build.

use proptest::prelude::*;

use super::Shell;

/// Each build as `line tags < context file`.
fn check(script: &str, expected: &[&str]) {
    let shown: Vec<String> = Shell::new(Some("app".to_owned()))
        .read(script)
        .iter()
        .map(|build| {
            let tags: Vec<&str> = build.tags.iter().map(|tag| tag.text.as_str()).collect();
            let or = |path: &Option<String>| path.clone().unwrap_or_else(|| "?".to_owned());
            format!("{} {} < {} {}", build.line, tags.join(" "), or(&build.context), or(&build.file))
        })
        .collect();
    assert_eq!(shown, expected, "{script}");
}

#[test]
fn builds_are_found_with_their_names_and_folders() {
    check("docker build -t acme/cart:1 .", &["0 acme/cart:1 < app app/Dockerfile"]);
    check(
        "set -e\ndocker build \\\n  --tag=a -t b -tc \\\n  -f ../x/cart.Dockerfile services/cart",
        &["1 a b c < app/services/cart x/cart.Dockerfile"],
    );
    check("docker buildx build --push --platform linux/amd64 -t a .", &["0 a < app app/Dockerfile"]);
    check(
        "sudo docker --log-level debug image build . --build-arg T=zq -t 'a' && echo done",
        &["0 a < app app/Dockerfile"],
    );
    check(
        "DOCKER_BUILDKIT=1 docker build -q -t a .; podman build -t b ..",
        &["0 a < app app/Dockerfile", "0 b <  Dockerfile"],
    );
    check(
        "cd cart && docker build -t a .\n(cd ../pay; docker build -t b .)\ndocker build -t c .",
        &[
            "0 a < app/cart app/cart/Dockerfile",
            "1 b < app/pay app/pay/Dockerfile",
            "2 c < app/cart app/cart/Dockerfile",
        ],
    );
    check("if true; then docker build -t a . > log 2>&1; fi", &["0 a < app app/Dockerfile"]);
    check(
        "docker build -t a:$TAG -t \"b:${{ github.sha }}\" -t c:$(git rev-parse HEAD) .",
        &["0 a:$ b:$ c:$ < app app/Dockerfile"],
    );
}

#[test]
fn what_is_not_known_is_left_open() {
    check("docker build -t a $DIR", &["0 a < ? ?"]);
    check("cd $DIR\ndocker build -t a .", &["1 a < ? ?"]);
    check("pushd x\ndocker build -t a .", &["1 a < ? ?"]);
    check("docker build -t a - < Dockerfile", &["0 a < ? ?"]);
    check("docker build -t a https://u:zq@git.example/x.git", &["0 a < ? ?"]);
    check("docker build --strange -t a .", &["0  < ? ?"]);
    check("docker build -f $F -t a .", &["0 a < app ?"]);
    check("cd ../..; docker build -t a .", &["0 a < ? ?"]);
    check("docker build .", &["0  < app app/Dockerfile"]);
}

#[test]
fn what_only_looks_like_a_build_is_none() {
    for script in [
        "echo docker build -t a .",
        "# docker build -t a .",
        "cat <<EOF\ndocker build -t a .\nEOF",
        "cat << 'EOF' > x\ndocker build -t a .\nEOF\necho",
        "echo \"\ndocker build -t a .\n\"",
        "docker compose build cart",
        "docker run build -t a .",
        "docker",
        "docker -H",
    ] {
        check(script, &[]);
    }
    check("cat <<-EOF\n\tx\n\tEOF\ndocker build -t a .", &["3 a < app app/Dockerfile"]);
    check("echo $((1 << 2)) $((1<<2))\ndocker build -t a .", &["1 a < app app/Dockerfile"]);
}

proptest! {
    #[test]
    fn any_script_is_read(script in "(docker build |-t a|--tag=|-f|cd x|<<E|E\n|[(){}$\"'\\\\`;&|<># .\n-]|\\$\\{\\{|é){0,60}") {
        let lines = script.split('\n').count();
        for build in Shell::new(None).read(&script) {
            prop_assert!(build.line < lines && build.tags.iter().all(|tag| tag.line < lines));
        }
    }
}
