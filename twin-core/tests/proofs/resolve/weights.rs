//! What each weight, bound and constraint is for: without any one of them a case here, or beside these, comes out otherwise. `benches/mutations` drops them one by one.

use std::collections::BTreeMap;

use twin_core::identity::resolve::Options;

use super::{check, records, resolve};

/// Lines among so many others that have nothing to do with them: a rare value says the more, the more records there are.
pub(super) fn among(others: usize, lines: &str) -> String {
    let others = (0..others).map(|number| format!("\nother {number}: elsewhere entry entry-{number:04}"));
    others.fold(lines.to_owned(), |all, line| all + &line)
}

/// What each way to compare adds to the score of the first two records.
fn weights(lines: &str) -> BTreeMap<&'static str, f64> {
    let explained = resolve(records(lines).0, &Options::default()).explain("0000", "0001").expect("two records");
    explained.weights.into_iter().map(|weight| (weight.technique, weight.weight)).collect()
}

#[test]
fn one_value_is_never_enough_by_itself() {
    let lines = "a: k8s Deployment - seat=d17
         b: git folder - seat=d17";
    check(&among(253, lines));
}

#[test]
fn two_values_do_not_make_one_thing_of_two_names() {
    let lines = "a: k8s Deployment parrot owner=ann desk=d7
         b: git folder lantern owner=ann desk=d7";
    check(&among(62, lines));
}

#[test]
fn no_values_make_one_thing_of_a_service_and_its_worker() {
    let lines = "a: k8s Deployment parrot-worker owner=ann desk=d7 phone=p3
         b: docs page parrot owner=ann desk=d7 phone=p3";
    check(&among(62, lines));
}

#[test]
fn a_worker_that_carries_the_label_of_its_service_is_another_thing() {
    check(
        "worker: k8s Deployment parrot-worker labels.app=parrot
         service: docs page parrot",
    );
}

#[test]
fn an_image_that_everybody_runs_says_a_little() {
    let near = "a: k8s Deployment notification image=redis:7
         a: docs page notfication image=redis:7";
    check(&among(6, near));
    let without_names = "a: k8s Deployment - image=redis:7
         b: compose compose-service - image=redis:7";
    check(without_names);
}

#[test]
fn other_images_speak_against_a_typing_error() {
    let lines = "a: k8s Deployment notification owner=bell image=redis:7
         b: docs page notfication owner=bell image=valkey:8";
    check(&among(6, lines));
    check(&among(6, &lines.replace("b: ", "a: ").replace("valkey:8", "redis:8")));
}

#[test]
fn who_refers_to_a_thing_may_call_it_what_they_like() {
    check(
        "gate: k8s Deployment gate pod_labels.tier=front owner=ann
         gate: k8s Service gate-worker selector.tier=front owner=ben",
    );
}

#[test]
fn a_name_that_several_places_have_needs_a_value_beside_it() {
    let lines = "shop: k8s Deployment frontend namespace=shop owner=ann
         desk: k8s Deployment frontend namespace=desk owner=ben
         shop: docs page frontend owner=ann
         unknown: wiki page frontend";
    check(&among(28, lines));
}

#[test]
fn values_do_not_bring_together_what_is_in_two_places() {
    let lines = "shop: k8s Deployment frontend namespace=shop owner=ann desk=d7
         yard: k8s Deployment frontend namespace=yard
         till: k8s Deployment tills namespace=kiosk
         kiosk: docs page frontend space=kiosk owner=ann desk=d7";
    check(&among(28, lines));
}

#[test]
fn a_value_with_a_typing_error_speaks_for_a_pair() {
    let lines = "a: k8s Deployment notification-hub owner=bellringers
         a: docs page notfication-hub owner=bellrngers";
    check(&among(1022, lines));
}

#[test]
fn a_field_of_two_values_says_little_where_it_differs() {
    let lines = "a: k8s Deployment notification image=redis:7 tier=one
         a: docs page notfication image=redis:7 tier=two";
    check(&among(6, lines));
    // A job is less likely the thing that is written about.
    check(&among(6, &lines.replacen("a: k8s Deployment", "b: k8s CronJob", 1)));
}

#[test]
fn what_many_have_says_nothing_of_two_that_are_called_otherwise() {
    let mut lines = String::from(
        "a: k8s Deployment parrot floor=f2 building=b4 boss=carla
         b: git folder lantern floor=f2 building=b4 boss=carla",
    );
    for (number, field) in (5000..5024).zip(["floor=f2", "building=b4", "boss=carla"].iter().cycle()) {
        lines += &format!("\n{number}: people entry member-{number} {field}");
    }
    check(&among(680, &lines));
}

#[test]
fn an_image_that_several_things_run_tells_none_of_them() {
    let lines = "north: compose compose-service north image=acme/tide:1 owner=ann desk=d7
         south: k8s Deployment south image=acme/tide:1 owner=ann desk=d7
         west: k8s Deployment west image=acme/tide:1
         quote: k8s Deployment quote image=acme/quote:1
         stock: k8s Deployment stock image=acme/stock:1";
    check(&among(10, lines));
}

#[test]
fn a_name_that_a_field_gives_to_several_things_tells_none_of_them() {
    let lines = "north: k8s Deployment north labels.app=tide owner=ann
         south: k8s Deployment south labels.app=tide
         tide: docs page tide owner=ann";
    check(&among(13, lines));
}

#[test]
fn a_pair_is_told_how_much_each_thing_says() {
    let same = weights("a: k8s Deployment parrot\na: docs page parrot");
    assert_eq!(same["rarity"], -6.0);
    assert!(same["same-name"] > 10.0 && same["same-name"] <= 11.0, "{same:?}");
}

#[test]
fn what_many_have_speaks_for_a_pair_beside_two_witnesses() {
    let people = |lines: &str| {
        let streets = (5000..5040).map(|number| format!("\n{number}: c person person-{number} street={}", number % 4));
        among(470, &streets.fold(lines.to_owned(), |all, line| all + &line))
    };
    check(&people(
        "a: a person june-hill street=1 born=19311201 mail=june@example
         a: b person june-miller street=1 born=19311201 mail=june@exampel phone=77",
    ));
    check(&people(
        "a: a person june-hill street=1 born=19311201 mail=june@example
         b: b person june-miller street=1 born=19540517 mail=june@exampel phone=77",
    ));
}

#[test]
fn a_value_that_stands_in_another_field_speaks_for_a_pair() {
    let lines = "a: a person june-hill street=lime-court house=the-oaks mail=june@example
         a: b person june-miller street=the-oaks house=lime-court mail=june@example";
    check(&among(510, lines));
    // Who has the value in both fields did not swap it.
    let both = "a: a person june-hill street=lime-court house=lime-court phone=71 mail=june@example web=w1 fax=f1 unit=east room=hall gate=lower
         b: b person june-miller street=lime-court house=the-oaks phone=71 mail=jo@example web=w2 fax=f2 unit=west room=cellar gate=upper";
    check(&among(510, both));
}

#[test]
fn a_digit_is_mistyped_where_numbers_lie_far_apart() {
    let lines = "a: k8s Deployment notification-hub image=redis:7 number=6503115
         a: docs page notfication-hub image=redis:7 number=6503151";
    let far =
        (5000..5400).map(|number| format!("\n{number}: c person person-{number} number={}", number * 7919 % 9_999_991));
    check(&far.fold(lines.to_owned(), |all, line| all + &line));
    // Where there are few numbers, one that is near says no more than any other.
    check(lines);
}

#[test]
fn one_field_that_differs_never_says_more_than_five_bits() {
    let lines = "a: k8s Deployment parrot owner=ann\na: docs page parrot owner=ben";
    let others = (5000..5300).map(|number| format!("\n{number}: k8s Deployment parrot-{number} owner=o{number}\n{number}: docs page parrot-{number} owner=o{number}"));
    assert_eq!(weights(&others.fold(lines.to_owned(), |all, line| all + &line))["values-differ"], -5.0);
}

#[test]
fn names_that_fields_say_never_add_more_than_five_bits() {
    let lines = "a: catalog component rook annotations.backstage.io/kubernetes-id=parrot\na: otel service jay service.name=parrot";
    let others = (5000..5300).map(|number| {
        format!("\n{number}: catalog component parrot-{number} annotations.backstage.io/kubernetes-id=parrot-{number}\n{number}: otel service parrot-{number} service.name=parrot-{number}")
    });
    let weights = weights(&others.fold(lines.to_owned(), |all, line| all + &line));
    assert_eq!(weights["same-name"], 5.0 - weights["rarity"]);
}
