//! What is learnt of an estate, what keeps two things apart, and who is compared with whom: the other half of what `benches/mutations` drops.

use twin_core::identity::resolve::Options;

use super::weights::among;
use super::{check, crowded, records, resolve};

#[test]
fn a_word_that_few_names_of_a_system_end_with_says_nothing_where_things_elsewhere_lack_it() {
    let words = ["ledger", "parcel", "roster", "ticket", "voucher", "seat", "fare", "stock"];
    let lines = words.iter().enumerate().map(|(place, word)| {
        let ending = if place < 3 { "-overview" } else { "" };
        format!("{word}: k8s Deployment {word}\n{word}: boards panel {word}{ending}\n")
    });
    check(&lines.collect::<String>());
}

#[test]
fn what_a_thing_is_part_of_says_nothing_in_its_name() {
    check(
        "ledger: k8s Deployment north-gate-ledger namespace=north-gate
         ledger: git folder ledger
         parcel: k8s Deployment parcel namespace=north-gate
         parcel: git folder parcel",
    );
    check(
        "ledger: git repository acme/ledger
         ledger: k8s Deployment acme-ledger
         parcel: git repository acme/parcel
         parcel: k8s Deployment acme-parcel
         roster: k8s Deployment roster",
    );
}

#[test]
fn whose_things_are_is_a_word_of_compact_names() {
    check(
        "ledger: git repository acme/ledger
         ledger: package npm acmeledger
         parcel: git repository acme/parcel
         parcel: package npm acmeparcel",
    );
}

#[test]
fn how_a_thing_is_spoken_to_says_nothing_before_its_name() {
    check(
        "ledger: k8s Deployment ledger
         ledger: contracts definition grpc-ledger",
    );
}

#[test]
fn compact_names_are_cut_where_their_words_are_known() {
    check(
        "ledger: k8s Deployment ledger
         ledger: traces entry ledgerservice",
    );
    // In a large estate a word is known once it was seen three times.
    let others =
        (0..9).flat_map(|slot| (0..500).map(move |name| format!("\n{slot} {name}: s{slot} entry e{slot}x{name}")));
    check(&others.fold("a: k8s Deployment ledger\nb: traces entry ledgerservice".to_owned(), |all, line| all + &line));
}

/// A system that has most things twice, under names that vary.
fn repeating(lines: &str) -> String {
    let words = ["ledger", "parcel", "roster", "ticket", "voucher", "seat", "fare", "stock", "quote", "rating"];
    let twice = words.iter().map(|word| {
        let said = format!("seat=s-{word} phone=p-{word}");
        format!("\n{word}: crm entry {word} {said}\n{word}: crm entry {word}-blue {said}")
    });
    twice.fold(lines.to_owned(), |all, line| all + &line)
}

#[test]
fn a_system_may_have_one_thing_twice() {
    check(&repeating("quay: crm entry quay\nquay: crm entry quay-blue"));
    check(&repeating("hub: crm entry notification-hub owner=bell\nhub: crm entry notfication-hub owner=bell"));
    check(&among(30, "a: crm entry notification-hub owner=bell\nb: crm entry notfication-hub owner=bell"));
}

#[test]
fn a_field_that_agrees_with_names_says_names() {
    let words = ["ledger", "parcel", "roster", "ticket", "voucher", "seat"];
    let agree =
        words.iter().map(|word| format!("\n{word}: k8s Deployment {word}\n{word}: docs page {word} codename={word}"));
    let lines = "quay: k8s Deployment quay\nquay: docs page harbour codename=quay".to_owned();
    check(&agree.fold(lines, |all, line| all + &line));
}

#[test]
fn an_image_that_is_built_here_says_more_than_two_names() {
    check(
        "offer: k8s Deployment offer images[]=acme/pricing:1 images[]=envoyproxy/envoy:1
         offer: compose compose-service tariff image=acme/pricing:2
         quote: k8s Deployment quote image=acme/quote:1
         stock: k8s Deployment stock image=acme/stock:1",
    );
}

#[test]
fn a_role_is_seen_at_the_end_of_a_compact_name() {
    let lines = "worker: k8s Deployment invoiceworker owner=ann desk=d7 phone=p3
         invoice: git folder invoice owner=ann desk=d7 phone=p3
         parrot: k8s Deployment parrot labels.app=parrot-worker";
    check(&among(62, lines));
}

#[test]
fn places_that_hold_the_same_are_environments() {
    let places = |names: &[&str], places: [&str; 2]| {
        let line = |name: &str, place: &str| format!("{name}: k8s Deployment {name} namespace={place}\n");
        names.iter().flat_map(|name| places.map(|place| line(name, place))).collect::<String>()
    };
    check(&places(&["frontend", "cart", "orders"], ["blue", "green"]));
    check(&places(&["frontend", "cart"], ["shop-prod", "shop-staging"]));
    // Folders are none: what lies in two is two things.
    let folders = ["frontend", "cart", "orders"].map(|name| {
        format!("{name} 1: git folder {name} path=blue/{name}\n{name} 2: git folder {name} path=green/{name}\n")
    });
    check(&folders.concat());
}

#[test]
fn what_is_near_to_things_in_two_places_is_one_of_them() {
    let lines = "shop: k8s Deployment frontend namespace=shop owner=ann phone=p1 mail=m1
         desk: k8s Deployment frontend namespace=desk team=sun seat=s1
         shop: docs page frontend owner=ann phone=p1 mail=m1 team=sun seat=s1";
    check(&among(60, lines));
}

#[test]
fn what_refers_to_a_workload_is_of_its_thing() {
    check(
        "gate: k8s Deployment gate pod_labels.tier=front namespace=x
         gate: k8s HorizontalPodAutoscaler gate-worker scale_target=gate namespace=x
         other: k8s HorizontalPodAutoscaler gate-worker scale_target=gate namespace=y",
    );
    check(
        "gate: k8s Deployment gate pod_labels.tier=front service_account=keys namespace=x
         gate: k8s ServiceAccount keys namespace=x
         north: k8s Deployment north pod_labels.tier=middle service_account=common namespace=x
         south: k8s Deployment south pod_labels.tier=back service_account=common namespace=x
         common: k8s ServiceAccount common namespace=x
         keys: k8s ServiceAccount keys namespace=y",
    );
}

#[test]
fn several_services_may_be_about_one_workload() {
    check(
        "gate: k8s Deployment gate namespace=shop-prod pod_labels.app=gate
         gate: k8s Service door namespace=shop-prod selector.app=gate
         gate: k8s Deployment gate namespace=shop-staging pod_labels.app=gate
         gate: k8s Service entry namespace=shop-staging selector.app=gate",
    );
}

#[test]
fn a_reference_outweighs_what_stands_side_by_side() {
    let lines = "gate: k8s Deployment gate pod_labels.tier=front image=acme/gate:1
         gate: git folder gate path=a/gate image=acme/gate:2
         gate: k8s Service door selector.tier=front owner=ann desk=d7
         gate: git folder door path=b/door owner=ann desk=d7
         quote: k8s Deployment quote image=acme/quote:1
         stock: k8s Deployment stock image=acme/stock:1";
    check(&among(58, lines));
}

/// Three records of one name: two that share two values, and a third that says otherwise in so many fields of the first and of the second.
fn at_odds(first: usize, second: usize, is_one: bool) -> String {
    let fields =
        |from: usize, to: usize, value: &str| (from..to).map(|field| format!(" f{field}={value}")).collect::<String>();
    let third = if is_one { "a" } else { "b" };
    format!(
        "a: k8s Deployment parrot mail=m1 phone=p1{}\na: git folder parrot mail=m1 phone=p1{}\n{third}: docs page parrot{}",
        fields(0, first, "x"),
        fields(first, first + second, "x"),
        fields(0, first + second, "y"),
    )
}

#[test]
fn who_is_not_sure_asks_all_that_have_the_name() {
    check(&at_odds(0, 14, true));
    check(&at_odds(6, 8, true));
    check(&at_odds(6, 16, false));
}

#[test]
fn only_the_smaller_of_two_asks_for_rivals() {
    check(
        "a: compose compose-service shopcatalog
         a: k8s Deployment shopcatalog
         a: package nuget Shop.Http.Catalogue
         a: docs page Shop.Catalogues",
    );
}

#[test]
fn people_are_asked_about_what_just_falls_short() {
    let lines = "a: k8s Deployment notification-hub\nb: docs page notfication-hub";
    let review = resolve(records(lines).0, &Options::default()).review(9);
    assert_eq!(review.iter().map(|pair| (&pair.a[..], &pair.b[..])).collect::<Vec<_>>(), [("0000", "0001")]);
}

#[test]
fn a_name_that_is_otherwise_written_says_less_where_names_are_few() {
    let mut records = crowded(600).0;
    for (id, name) in [("x", "wistaria-quarry"), ("y", "wistaria-quarry"), ("z", "Wistaria.Quarry.Service")] {
        records.push(twin_core::identity::resolve::Record {
            id: id.into(),
            system: id.into(),
            name: name.into(),
            ..Default::default()
        });
    }
    let resolution = resolve(records, &Options::default());
    let score = |other: &str| resolution.explain("x", other).expect("two records").score;
    assert_eq!(score("y") - score("z"), 1.0);
}

/// Records that share nothing but these fields, each with a name of its own.
fn holding(count: usize, fields: &str) -> String {
    (0..count).map(|number| format!("{number}: s{number} entry n{}x {fields}\n", 7000 + number)).collect()
}

fn compared(lines: &str) -> usize {
    resolve(records(lines).0, &Options::default()).compared()
}

#[test]
fn what_many_share_is_not_compared() {
    assert_eq!(compared(&holding(40, "floor=f2")), 0);
    assert_eq!(compared(&holding(2, "floor=f2")), 1);
    assert_eq!(compared(&holding(2, "floor=f2 building=b4")), 1);
    let names = ["gate", "pier"]
        .map(|name| (0..30).map(|number| format!("{name}: s{number} entry north-{name}\n")).collect::<String>());
    assert_eq!(compared(&names.concat()), 2 * 30 * 29 / 2);
}

#[test]
fn two_values_that_many_have_bring_records_together_unless_too_many_have_one() {
    let lines = |each: usize, others: usize| {
        let alone = |field: &str, from: usize| {
            (from..from + each)
                .map(|number| format!("{number}: t{number} entry m{number}x {field}\n"))
                .collect::<String>()
        };
        let both =
            "a: k8s Deployment wistariaquarry floor=f2 building=b4\na: docs page wistariaqarry floor=f2 building=b4\n";
        among(others, &(both.to_owned() + &alone("floor=f2", 5000) + &alone("building=b4", 6000)))
    };
    check(&lines(12, 900));
    assert_eq!(compared(&lines(12, 100)), 0);
}
