//! Builds: from an image to its Dockerfile, its repository, its base images and its pipeline.

use twin_core::analysis::neighbours;
use twin_core::answer::{EvidenceSource, Profile};
use twin_core::testkit::check;
use twin_core::{At, Twin};

use crate::support::{apply, time};

/// A checkout with two services, each with a Dockerfile, and a workflow that builds one of them.
const SHOP: &str = "file git
     Repository:shop
       known path:@estate
       known native_id:https://git.example/acme/shop
     file .github/workflows/release.yml
     Pipeline:release
       known path:.github/workflows/release.yml@estate
       builtFrom path:@estate
       builderOf path:services/cart@estate
       builderOf path:docs@estate
     Image:acme-cart
       known image:acme/cart
       builtFrom path:services/cart@estate build.file=services/cart/Dockerfile
       builtBy Pipeline:release
     file services/cart/Dockerfile
     Configuration:one
       known path:services/cart/Dockerfile@estate
       dependsOn image:base/go dependency.scope=build
       dependsOn image:base/static
       builtFrom native_id:https://git.example/acme/shop
       set port 7070
     Image:base-go
       known image:base/go
     Image:base-static
       known image:base/static
     file services/pay/Dockerfile
     Configuration:two
       known path:services/pay/Dockerfile@estate
       dependsOn image:base/java
     Image:base-java
       known image:base/java
     file services/cart/manifest
     Component:cart-code
       known path:services/cart@estate
     file manifest
     Component:everything
       known path:@estate
     file k8s
     Workload:cart
       runsImage image:acme/cart
     file compose
     Workload:pay
       builtFrom path:services/pay@estate build.file=services/pay/Dockerfile
     file CODEOWNERS
     Team:release-engineers
       known team:release-engineers
     OwnershipRule:one
       set pattern /.github/
       set position 1
       set owners release-engineers\n";

fn check_shop(questions: &str) {
    check(&format!("{SHOP}{questions}"));
}

#[test]
fn what_is_built_stands_on_the_base_images_of_its_dockerfile() {
    check_shop(
        "ask neighbours acme-cart
           acme-cart builtBy release
           acme-cart builtFrom shop
           acme-cart dependsOn base-go
           acme-cart dependsOn base-static
           acme-cart runsIn cart
         ask neighbours base-static
           base-static dependencyOf acme-cart
         ask neighbours base-java
           base-java dependencyOf pay
         ask attribute acme-cart port
           declared 7070",
    );
}

#[test]
fn a_pipeline_says_from_its_side_what_it_builds_and_is_owned_by_path() {
    check_shop(
        "ask neighbours release
           release builderOf acme-cart
           release builderOf cart
           release builtFrom shop
           release ownedBy release-engineers
         ask owners release
           release-engineers",
    );
    check(
        "file a
         Component:everything
           known path:@estate
         Pipeline:all
           builderOf path:@estate
         Pipeline:docs
           builderOf path:docs@estate
         Pipeline:strange
           builderOf Team:t
         Team:t
         ask neighbours everything
           everything builtBy all",
    );
    check(
        "file a
         Repository:nested
           known path:repo@estate
         Component:whole
           known path:repo@estate
         Component:part
           known path:repo/part@estate
         Pipeline:docs
           builderOf path:repo/docs@estate
         Pipeline:deep
           builderOf path:repo/part/deep@estate
         Pipeline:top
           builderOf path:repo@estate
         ask neighbours whole
           whole builtBy top
         ask neighbours part
           part builtBy deep",
    );
}

#[test]
fn a_dockerfile_that_was_not_read_says_nothing_and_takes_nothing_away() {
    check(
        "file git
         Repository:shop
           known path:@estate
         file a
         Image:acme-cart
           builtFrom path:services/cart@estate build.file=services/cart/Dockerfile
         ask neighbours acme-cart
           acme-cart builtFrom shop",
    );
}

#[test]
fn a_build_of_another_stage_stands_on_what_nobody_knows() {
    check(
        "file git
         Repository:shop
           known path:@estate
         file a
         Image:tests
           builtFrom path:a@estate build.file=a/Dockerfile condition=target-test
         file a/Dockerfile
         Configuration:one
           known path:a/Dockerfile@estate
           dependsOn image:base
         Image:base
           known image:base
         ask neighbours tests
           tests builtFrom shop",
    );
}

/// The places that say so, for each relation of that name between the two.
fn chains(estate: &str, name: &str, relation: &str, other: &str) -> Vec<String> {
    let twin = Twin::in_memory();
    apply(&twin, estate);
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let node = snapshot.find(name).unwrap();
    let answer = neighbours(&snapshot, node, Some(relation), Profile::Cadence).unwrap();
    let rows = answer.value.iter().filter(|row| row.other.name == other);
    let chain = |proof: twin_core::answer::Proof| {
        let steps = proof.chain.iter().map(|step| step.locator.to_string());
        steps.collect::<Vec<String>>().join(" > ")
    };
    rows.flat_map(|row| row.evidence.iter().map(|id| chain(snapshot.proof(*id).unwrap()))).collect()
}

#[test]
fn evidence_leads_from_the_build_through_the_dockerfile() {
    assert_eq!(
        chains(SHOP, "acme-cart", "dependsOn", "base-static"),
        [".github/workflows/release.yml:8 > services/cart/Dockerfile:4"]
    );
    assert_eq!(
        chains(SHOP, "acme-cart", "builtFrom", "shop"),
        [
            ".github/workflows/release.yml:8 > services/cart/Dockerfile:1 > git:2",
            ".github/workflows/release.yml:8 > services/cart/Dockerfile:5 > git:3",
        ]
    );
}

#[test]
fn of_dockerfiles_that_say_the_same_each_build_cites_its_own() {
    let dockerfile = |folder: &str| {
        format!(
            "file {folder}/Dockerfile\nConfiguration:same\nknown path:{folder}/Dockerfile@estate\ndependsOn image:base\n"
        )
    };
    let estate = format!(
        "file ci\nImage:one\nbuiltFrom path:a@estate build.file=a/Dockerfile\nImage:two\nbuiltFrom path:b@estate build.file=b/Dockerfile\nImage:base\nknown image:base\n{}{}",
        dockerfile("a"),
        dockerfile("b")
    );
    assert_eq!(chains(&estate, "one", "dependsOn", "base"), ["ci:2 > a/Dockerfile:3"]);
    assert_eq!(chains(&estate, "two", "dependsOn", "base"), ["ci:4 > b/Dockerfile:3"]);
}
