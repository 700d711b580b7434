//! What is said of a folder is given to what is built from it, and to nothing else.

use twin_core::testkit::check;

#[test]
fn a_folders_activity_is_its_components_and_nothing_elses() {
    check(
        "now 2026-01-02T00:00:00Z
         file .git
         Activity:one
           known path:services/cart@estate
           set commits 12
           set last.change 2026-01-01T00:00:00Z
           set authors mail:a,mail:b
           set previous.paths cart
         Activity:all
           known path:@estate
           set commits 40
         Activity:elsewhere
           known path:services/cart@other
           set commits 7
         file compose.yaml
         Workload:cart
           known path:services/cart@estate
         Workload:pay
           known path:services/pay@estate
         Workload:store
           known path:services/cart@estate
           set realizes DataStore
         file Cargo.toml
         Component:helper
           known path:services/cart/helper@estate
         Component:suite
           known path:@estate
         ask attribute cart commits
           declared 12
         ask attribute cart last.change
           declared 2026-01-01T00:00:00Z
         ask attribute cart authors
           declared mail:a, mail:b
         ask attribute cart previous.paths
           declared cart
         ask attribute pay commits
         ask attribute store commits
         ask attribute helper commits
         ask attribute suite commits
           declared 40
         ask find Activity",
    );
}

#[test]
fn a_component_of_two_folders_has_the_activity_of_both() {
    check(
        "file .git
         Activity:one
           known path:a@estate
           set commits 1
         Activity:two
           known path:b@estate
           set commits 2
         file compose.yaml
         Workload:x/cart
           known path:a@estate
           known path:b@estate
         ask attribute cart commits
           declared 1
           declared 2",
    );
}

#[test]
fn a_repository_is_meant_by_what_names_repositories_and_by_its_own_path() {
    check(
        "file .git
         Repository:shop
           known path:@estate
         Repository:library
           known path:vendor/library@estate
         file compose.yaml
         Image:cart
           builtFrom path:services/cart@estate
         Image:tool
           builtFrom path:vendor/library/tool@estate
         file docs/decisions
         Decision:0001
           governs path:docs/picture.png@estate
         Decision:0002
           governs path:vendor/library@estate
         Decision:0003
           successorOf path:docs/0000.md@estate
         ask neighbours cart
           cart builtFrom shop
         ask neighbours tool
           tool builtFrom library
         ask neighbours 0001
         ask neighbours 0002
           0002 governs library
         ask neighbours 0003",
    );
}

#[test]
fn what_succeeds_is_of_one_kind() {
    check(
        "file Cargo.toml
         Component:suite
           known path:@estate
         file docs
         Decision:0001
           known path:docs/0001.md@estate
         Decision:0002
           successorOf path:docs/0001.md@estate
         Decision:0003
           successorOf path:docs/lost.md@estate
         ask neighbours 0002
           0002 successorOf 0001
         ask neighbours 0003",
    );
}
