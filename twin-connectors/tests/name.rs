//! Where a source instance gets its name from when the host gives none.

use std::fs;
use std::path::{Path, PathBuf};

use twin_connectors::source_name;

/// A folder that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("twin-name-{name}-{}", std::process::id()));
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Scratch(root)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

const CONFIG: &str = "[remote \"origin\"]\n\turl = https://robot:hunter2@Git.example/acme/shop.git\n";

fn check(name: &str, files: &[(&str, &str)], folder: &str, expected: &str) {
    let scratch = Scratch::new(name, files);
    assert_eq!(source_name(&scratch.0.join(folder)), expected, "{name}");
}

#[test]
fn a_checkout_is_named_by_its_remote_and_subfolder() {
    let files = [(".git/config", CONFIG), ("infra/k8s/x.yaml", "")];
    check("root", &files, "", "git.example/acme/shop");
    check("sub", &files, "infra/k8s", "git.example/acme/shop/infra/k8s");
}

#[test]
fn a_linked_worktree_has_its_repositorys_name() {
    let files = [
        ("main/.git/config", CONFIG),
        ("main/.git/worktrees/feature/commondir", "../..\n"),
        ("feature/.git", "gitdir: ../main/.git/worktrees/feature\n"),
        ("feature/infra/x.yaml", ""),
    ];
    check("worktree", &files, "feature/infra", "git.example/acme/shop/infra");
}

#[test]
fn a_folder_without_a_remote_is_named_by_its_absolute_path() {
    for (name, config) in [("no-remote", "[core]\n"), ("local", "[remote \"origin\"]\n\turl = ../shop.git\n")] {
        let scratch = Scratch::new(name, &[(".git/config", config), ("infra/x.yaml", "")]);
        let folder = scratch.0.join("infra");
        let absolute = folder.canonicalize().expect("a folder that is there");
        assert_eq!(source_name(&folder), absolute.display().to_string(), "{name}");
    }
}
