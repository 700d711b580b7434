//! Packages: which component they represent, and what their dependencies say of components.

use twin_core::testkit::check;

/// One folder that two package managers know, and a workload that is built from it.
const ONE_FOLDER: &str = "
    file cart/Cargo.toml
    Package:cargo:cart
      known package:pkg:cargo/cart
      represents Component:cargo:cart
    Component:cargo:cart
      called cart
      known path:cart@estate
    file cart/pyproject.toml
    Package:pypi:cart-tools
      known package:pkg:pypi/cart-tools
      represents Component:pypi:cart-tools
    Component:pypi:cart-tools
      called cart-tools
      known path:cart@estate
    file compose.yaml
    Workload:shop/cart
      known path:cart@estate";

#[test]
fn the_packages_of_one_folder_are_one_component_with_its_workload() {
    check(&format!(
        "{ONE_FOLDER}
         ask find Component
           cart
         ask members cart
           estate/Component:cargo:cart
           estate/Component:pypi:cart-tools
           estate/shop/Workload:cart
         ask neighbours cart
           cart hasInstance cart@shop
           cart@shop instanceOf cart
           cart@shop realizedBy cart
           cart representedBy cargo:cart
           cart representedBy cart
           cart representedBy pypi:cart-tools"
    ));
}

#[test]
fn two_packages_of_one_ecosystem_are_two_components_wherever_they_stand() {
    check(
        "file a
         Component:cargo:one
           called one
           known path:cart@estate
         Component:cargo:two
           called two
           known path:cart@estate
         ask find Component
           cargo:one
           cargo:two",
    );
}

#[test]
fn a_folder_that_several_workloads_share_joins_nothing() {
    check(
        "file a
         Component:npm:app
           known path:app@estate
         file compose.yaml
         Workload:shop/web
           known path:app@estate
         Workload:shop/worker
           known path:app@estate
         ask find Component
           npm:app
           web
           worker",
    );
}

#[test]
fn components_of_one_name_in_two_folders_are_two_whoever_is_called_so() {
    check(
        "file a
         Component:npm:cart
           called cart
           known path:web/cart@estate
         Component:golang:cart
           called cart
           known path:api/cart@estate
         file traces
         TelemetryService:cart observed
         ask find Component
           cart
           cart
           cart",
    );
}

#[test]
fn a_component_that_stands_in_several_folders_is_built_into_none() {
    check(
        "file a/package.json
         Component:npm:app
           known path:a@estate
         file b/package.json
         Component:npm:app
           known path:b@estate
         file compose.yaml
         Workload:shop/first
           known path:a@estate
         Workload:shop/second
           known path:b@estate
         ask find Component
           first
           npm:app
           second",
    );
}

#[test]
fn what_a_package_depends_on_its_component_depends_on() {
    check(
        "file ui/package.json
         Package:npm:ui
           known package:pkg:npm/ui
           represents Component:npm:ui
           dependsOn package:pkg:npm/theme
           dependsOn package:pkg:npm/left
         Component:npm:ui
           called interface
           known path:ui@estate
         Package:npm:left
           known package:pkg:npm/left
         file theme/package.json
         Package:npm:theme
           known package:pkg:npm/theme
           represents Component:npm:theme
           dependsOn path:ui@estate
           dependsOn path:ui/nothing@estate
           dependsOn path:theme/nothing@estate
         Component:npm:theme
           called appearance
           known path:theme@estate
         ask neighbours interface
           interface dependencyOf appearance
           interface dependencyOf npm:theme
           interface dependsOn appearance
           interface representedBy npm:ui
         ask cycles
           appearance interface
         ask find Component
           appearance
           interface",
    );
}

#[test]
fn whoever_owns_everything_owns_the_root() {
    check(
        "file CODEOWNERS
         Team:org/all
           known team:org/all
         OwnershipRule:everything
           set pattern *
           set owners org/all
           set position 1
         file package.json
         Component:npm:root
           known path:@estate
         ask owners npm:root
           all",
    );
}
