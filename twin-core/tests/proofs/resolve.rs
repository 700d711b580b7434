//! Which records are one thing: small estates with their truth written beside each record, decisions, order, and what nobody should merge.

mod bounds;
mod updates;
mod weights;

use proptest::prelude::*;
use twin_core::base::{Context, Timestamp};
use twin_core::identity::resolve::{Options, Record, Resolution, TableDraft, TableRows, Threshold, WhyNot};

/// Records from lines `thing: system kind name field=value …`; a record's id is its line's number.
fn records(lines: &str) -> (Vec<Record>, Vec<String>) {
    let mut records = Vec::new();
    let mut things = Vec::new();
    for (number, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let (thing, said) = line.split_once(": ").expect("thing: record");
        let mut words = said.split_whitespace();
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (system, kind, name) = (next(), next(), next());
        let attributes =
            words.filter_map(|word| word.split_once('=')).map(|(field, value)| (field.to_owned(), value.to_owned()));
        let name = if name == "-" { String::new() } else { name };
        records.push(Record { id: format!("{number:04}"), system, kind, name, attributes: attributes.collect() });
        things.push(thing.to_owned());
    }
    (records, things)
}

fn resolve(records: Vec<Record>, options: &Options) -> Resolution {
    Resolution::of(records, options, &Context::new(Timestamp::MIN)).expect("resolved")
}

/// Each thing's records, as they should be and as they are.
fn check(lines: &str) {
    let (records, things) = records(lines);
    let shown: Vec<String> =
        records.iter().map(|record| format!("{} {} {}", record.system, record.kind, record.name)).collect();
    let clusters = resolve(records, &Options::default()).clusters();
    for a in 0..things.len() {
        for b in a + 1..things.len() {
            let (should, is) = (things[a] == things[b], clusters[a] == clusters[b]);
            assert_eq!(is, should, "{} | {}", shown[a], shown[b]);
        }
    }
}

#[test]
fn one_name_in_several_systems_is_one_thing() {
    check(
        "invoice: git repository acme/invoice
         invoice: k8s Deployment invoice
         invoice: otel service InvoiceService service.name=InvoiceService
         ledger: git repository acme/ledger
         ledger: k8s Deployment ledger
         ledger: otel service LedgerService service.name=LedgerService",
    );
}

#[test]
fn a_service_is_not_its_store_its_worker_or_its_screen() {
    check(
        "invoice: k8s Deployment invoice
         invoice: compose compose-service invoice
         db: k8s StatefulSet invoice-db
         db: compose compose-service invoice-db
         worker: k8s Deployment invoice-worker
         worker: compose compose-service invoice_worker
         screen: git folder invoice-ui path=apps/invoice-ui",
    );
}

#[test]
fn what_a_system_writes_before_and_after_all_names_says_nothing() {
    check(
        "ledger: k8s Deployment ledger
         parcel: k8s Deployment parcel
         roster: k8s Deployment roster
         ticket: k8s Deployment ticket
         ledger: sentry project qq-ledger-backend
         parcel: sentry project qq-parcel-backend
         roster: sentry project qq-roster-backend
         ticket: sentry project qq-ticket-backend",
    );
}

#[test]
fn a_word_that_only_some_names_of_a_system_have_says_nothing_where_things_elsewhere_lack_it() {
    check(
        "ledger: k8s Deployment ledger
         parcel: k8s Deployment parcel
         roster: k8s Deployment roster
         ticket: k8s Deployment ticket
         voucher: k8s Deployment voucher
         ledger: boards panel ledger-overview
         parcel: boards panel parcel-overview
         roster: boards panel roster-overview
         ticket: boards panel ticket
         ledger: grafana dashboard ledger-dashboard",
    );
}

#[test]
fn numbers_that_follow_each_other_are_no_typing_errors() {
    check(
        "a: k8s Deployment collector serial=estate-0001
         b: docs page gatherer serial=estate-0002
         c: git folder counter2 serial=estate-0003
         d: docs page counter3 serial=estate-0004",
    );
}

#[test]
fn a_word_that_tells_things_apart_in_one_system_does_so_in_all() {
    check(
        "ledger: k8s Deployment ledger
         archive: k8s Deployment ledger-service
         ledger: git folder ledger path=x/ledger
         archive: git folder ledger-service path=y/ledger-service
         archive: docs page LedgerService",
    );
}

#[test]
fn a_selector_that_selects_one_thing_says_who_it_is() {
    check(
        "gate: k8s Deployment gate pod_labels.app=gate namespace=x
         gate: k8s Service door selector.app=gate namespace=x
         gate: k8s Service door-headless selector.app=gate namespace=x
         other: k8s Deployment other pod_labels.app=other namespace=x
         both: k8s Service both selector.tier=front namespace=x
         a: k8s Deployment alpha pod_labels.tier=front namespace=x
         b: k8s Deployment beta pod_labels.tier=front namespace=x",
    );
}

#[test]
fn an_image_that_is_built_here_says_more_than_a_name() {
    check(
        "quote: k8s Deployment quote image=registry.example/acme/quote:1
         quote: compose compose-service quote image=acme/quote
         offer: k8s Deployment offer image=registry.example/acme/pricing:3
         offer: compose compose-service pricing image=acme/pricing
         stock: k8s Deployment stock image=registry.example/acme/stock:7
         cache-a: compose compose-service sessions image=redis:7
         cache-b: k8s StatefulSet carts image=redis:7",
    );
}

#[test]
fn one_name_in_two_places_is_two_things_and_in_two_environments_one() {
    check(
        "shop: k8s Deployment frontend namespace=shop
         shop-cart: k8s Deployment cart namespace=shop
         desk: k8s Deployment frontend namespace=desk
         desk-agent: k8s Deployment tickets namespace=desk
         shop: git folder frontend path=shop/frontend
         desk: git folder frontend path=desk/frontend
         unknown: docs page frontend",
    );
    check(
        "frontend: k8s Deployment frontend namespace=shop-prod
         cart: k8s Deployment cart namespace=shop-prod
         orders: k8s Deployment orders namespace=shop-prod
         frontend: k8s Deployment frontend namespace=shop-staging
         cart: k8s Deployment cart namespace=shop-staging
         orders: k8s Deployment orders namespace=shop-staging",
    );
}

#[test]
fn a_record_without_a_name_may_be_called_like_a_thing_in_another_place() {
    let lines = "shop: k8s Deployment frontend namespace=shop
         shop-cart: k8s Deployment cart namespace=shop
         desk: k8s Deployment frontend namespace=desk
         desk-agent: k8s Deployment tickets namespace=desk
         desk: k8s Service - namespace=desk labels.app=frontend";
    let explained = resolve(records(lines).0, &Options::default()).explain("0004", "0000").unwrap();
    let elsewhere = explained.weights.iter().find(|weight| weight.technique == "elsewhere");
    assert_eq!(elsewhere.map(|weight| &weight.value[..]), Some("frontend"), "{explained:?}");
}

#[test]
fn an_address_says_more_than_a_name() {
    check(
        "turnstile: compose compose-service turnstile
         counter: compose compose-service ticket-counter
         turnstile: prometheus scrape-job ticketcounter targets[]=turnstile:9100
         counter: k8s Deployment ticket-counter
         turnstile: k8s Deployment turnstile",
    );
}

#[test]
fn a_team_is_not_its_service() {
    check(
        "service: k8s Deployment payments
         service: git repository acme/payments
         team: catalogue team payments
         person: catalogue user payments
         ticket: jira issue payments",
    );
}

#[test]
fn short_forms_and_typing_errors_are_followed_where_nothing_else_is_near() {
    check(
        "catalogue: compose compose-service shopcatalog
         catalogue: package nuget Shop.Http.Catalogue
         notify: k8s Deployment notification owner=bell desk=d4
         notify: docs page notfication owner=bell desk=d4
         near: k8s Deployment registration-a
         nearer: k8s Deployment registration-b
         none: docs page registration-c",
    );
}

#[test]
fn a_record_without_a_name_joins_nothing_by_accident() {
    check(
        "a: k8s Deployment -
         b: k8s Deployment -
         c: git folder -
         d: git folder --",
    );
}

#[test]
fn names_that_nobody_should_have_are_read_in_bounded_time() {
    let mut lines = records("a: k8s Deployment x\nb: git folder y").0;
    lines[0].name = "long-".repeat(200_000);
    lines[1].name = "con\u{0}trol\u{7}-имя-名\u{202e}".to_owned();
    lines[1].attributes = vec![("path".to_owned(), "/".repeat(1_000_000)), (String::new(), "x".repeat(1_000_000))];
    let resolution = resolve(lines, &Options::default());
    assert_eq!(resolution.clusters(), [0, 1]);
}

#[test]
fn many_records_of_one_name_are_compared_with_their_neighbours_only() {
    let record = |number: usize| Record {
        id: format!("{number:06}"),
        system: "metrics".to_owned(),
        kind: "pod".to_owned(),
        name: "worker-7c9d4b58f6-x2zvq".to_owned(),
        attributes: Vec::new(),
    };
    let resolution = resolve((0..20_000).map(record).collect(), &Options::default());
    assert!(resolution.compared() < 3 * 20_000, "{} pairs", resolution.compared());
    assert_eq!(resolution.things().len(), 1);
}

/// An estate in which names are made of so few words that several things have the same, and the thing of each record. Of two records of a thing the second says less.
fn crowded(things: usize) -> (Vec<Record>, Vec<usize>) {
    const WORDS: [&str; 16] = [
        "amber", "birch", "cedar", "delta", "ember", "flint", "grove", "heron", "inlet", "jetty", "knoll", "larch",
        "maple", "north", "otter", "petal",
    ];
    let mut state = 7_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut records, mut truth) = (Vec::new(), Vec::new());
    for thing in 0..things {
        let name = format!("{}-{}", WORDS[draw(16)], WORDS[draw(16)]);
        let said = [
            ("owner", format!("team-{}", draw(60))),
            ("port", format!("{}", 1024 + draw(300))),
            ("domain", format!("d{thing}.example")),
            ("commit", format!("c{thing}")),
        ];
        for record in 0..3 {
            let kept = said.iter().filter(|_| record == 0 || draw(5) > record);
            records.push(Record {
                id: format!("{:05}", records.len()),
                system: ["git", "k8s", "otel"][record].to_owned(),
                name: name.clone(),
                attributes: kept.map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
                ..Record::default()
            });
            truth.push(thing);
        }
    }
    (records, truth)
}

#[test]
fn what_records_say_against_each_other_outweighs_one_that_says_nothing() {
    let (records, truth) = crowded(600);
    let clusters = resolve(records, &Options::default()).clusters();
    let (mut right, mut wrong) = (0, 0);
    for a in 0..truth.len() {
        for b in a + 1..truth.len() {
            match (clusters[a] == clusters[b], truth[a] == truth[b]) {
                (true, true) => right += 1,
                (true, false) => wrong += 1,
                _ => {}
            }
        }
    }
    assert!(right > 900 && wrong * 20 < right, "{right} pairs right, {wrong} wrong");
}

#[test]
fn records_meet_that_share_two_values_which_many_have() {
    let (mut records, _) = crowded(600);
    let record = |id: &str, name: &str| Record {
        id: id.to_owned(),
        system: format!("system-{id}"),
        name: name.to_owned(),
        attributes: vec![("owner".to_owned(), "team-1".to_owned()), ("port".to_owned(), "1030".to_owned())],
        ..Record::default()
    };
    records.extend([record("x", "wistaria-quarry"), record("y", "wistaria-qarry")]);
    let resolution = resolve(records, &Options::default());
    assert_eq!(resolution.why_not("x", "y").unwrap(), WhyNot::Together);
}

const DECIDED: &str = "a: k8s Deployment invoice
     b: git folder billing path=billing
     c: docs page invoice";

#[test]
fn what_people_decide_outweighs_the_evidence() {
    let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
    let pins = Options { pins: pair("0000", "0001"), splits: pair("0002", "0000"), ..Options::default() };
    let resolution = resolve(records(DECIDED).0, &pins);
    assert_eq!(resolution.clusters(), [0, 0, 2]);
    assert_eq!(resolution.why_not("0000", "0002").unwrap(), WhyNot::Split { a: "0000".into(), b: "0002".into() });

    let gone = Options { pins: pair("0000", "9999"), ..Options::default() };
    let resolution = resolve(records(DECIDED).0, &gone);
    assert_eq!(resolution.ignored(), pair("0000", "9999"));
    assert_eq!(resolution.clusters(), [0, 1, 0]);
}

#[test]
fn decisions_that_contradict_each_other_are_refused() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let options = Options {
        pins: vec![pair("0000", "0001"), pair("0001", "0002")],
        splits: vec![pair("0000", "0002")],
        ..Options::default()
    };
    let error = Resolution::of(records(DECIDED).0, &options, &Context::new(Timestamp::MIN)).unwrap_err();
    assert_eq!(error.kind().code(), "invalid");
    assert!(error.to_string().contains("take one of the two back"), "{error}");
}

#[test]
fn ids_that_are_missing_or_not_unique_are_refused() {
    let mut twice = records(DECIDED).0;
    twice[1].id = "0000".to_owned();
    let mut missing = records(DECIDED).0;
    missing[2].id = String::new();
    for (records, says) in [(twice, "two records have the id"), (missing, "record 2 has no id")] {
        let error = Resolution::of(records, &Options::default(), &Context::new(Timestamp::MIN)).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn every_refusal_has_its_reason() {
    let lines = "a: k8s Deployment invoice
         b: k8s Deployment invoice-worker
         c: k8s Deployment ledger
         d: docs page invoice";
    let resolution = resolve(records(lines).0, &Options::default());
    assert_eq!(resolution.why_not("0000", "0003").unwrap(), WhyNot::Together);
    assert!(matches!(resolution.why_not("0000", "0002").unwrap(), WhyNot::TooLittle { score } if score < 0.0));
    let related: Vec<(String, &str, String)> =
        resolution.related().into_iter().map(|related| (related.from, related.relation, related.to)).collect();
    assert_eq!(related, [("0001".to_owned(), "workerOf", "0000".to_owned())]);
    assert_eq!(resolution.why_not("0000", "x").unwrap_err().kind().code(), "unknown");
}

#[test]
fn ids_do_not_decide_between_two_that_are_equally_near() {
    let lines = "a: compose compose-service shopcatalog
         b: package nuget Shop.Http.Catalogue
         c: docs page Shop.Catalogues";
    let orders = [["a", "b", "c"], ["a", "c", "b"], ["b", "a", "c"], ["b", "c", "a"], ["c", "a", "b"], ["c", "b", "a"]];
    for ids in orders {
        let mut records = records(lines).0;
        records.iter_mut().zip(ids).for_each(|(record, id)| record.id = id.to_owned());
        assert_eq!(resolve(records, &Options::default()).things().len(), 3, "{ids:?}");
    }
}

#[test]
fn a_ticket_that_is_called_like_a_thing_has_no_worker() {
    let lines = "a: k8s Deployment invoice-worker
         b: jira issue invoice";
    assert!(resolve(records(lines).0, &Options::default()).related().is_empty());
}

#[test]
fn the_cautious_merge_less() {
    let lines = "a: compose compose-service shopcatalog
         a: package nuget Shop.Http.Catalogue
         b: k8s Deployment stock
         b: compose compose-service stock";
    let things = |threshold| resolve(records(lines).0, &Options { threshold, ..Options::default() }).things().len();
    assert_eq!((things(Threshold::Balanced), things(Threshold::Cautious)), (2, 3));
}

#[test]
fn thresholds_have_names() {
    assert_eq!("cautious".parse::<Threshold>().unwrap(), Threshold::Cautious);
    assert_eq!("balanced".parse::<Threshold>().unwrap(), Threshold::default());
    let error = "Balanced".parse::<Threshold>().unwrap_err();
    assert_eq!((error.kind().code(), error.to_string().contains("balanced and cautious")), ("unknown", true));
}

#[test]
fn a_table_is_the_same_in_one_page_and_in_many() {
    let rows: Vec<String> = ["ledger", "Ledger", "invoice"]
        .iter()
        .enumerate()
        .map(|(id, name)| format!(r#"{{"id": {id}, "label": "{name}", "in": "s{id}", "tags": ["x", {{"y": {id}}}]}}"#))
        .collect();
    let read = |pages: &[String]| {
        let draft = TableDraft::from_json(r#"{"name": "label", "system": "in"}"#).unwrap();
        let (mut table, context) = (TableRows::new(draft).unwrap(), Context::new(Timestamp::MIN));
        pages.iter().for_each(|page| table.take(page, &context).unwrap());
        table.resolve(&context).unwrap()
    };
    let whole = read(&[format!("[{}]", rows.join(","))]);
    let parts = read(&rows.iter().map(|row| format!("[{row}]")).collect::<Vec<String>>());
    assert_eq!(whole.things(), [vec!["0", "1"], vec!["2"]]);
    assert_eq!(whole.table().unwrap(), parts.table().unwrap());
    assert_eq!(whole.explain("0", "1").unwrap(), parts.explain("0", "1").unwrap());
}

#[test]
fn whoever_stops_a_table_gets_nothing() {
    let context = Context::new(Timestamp::MIN);
    let mut table = TableRows::new(TableDraft::from_json("{}").unwrap()).unwrap();
    table.take(r#"[{"id": "a", "name": "x"}]"#, &context).unwrap();
    context.cancel.cancel();
    assert_eq!(table.take("[]", &context).unwrap_err().kind().code(), "cancelled");
    assert_eq!(table.resolve(&context).unwrap_err().kind().code(), "cancelled");
}

/// Records as estates have them: few words, so that names meet.
fn estates() -> impl Strategy<Value = Vec<Record>> {
    let word =
        prop_oneof![Just("ledger"), Just("invoice"), Just("db"), Just("worker"), Just("shop"), Just("api"), Just("v2")];
    let name = prop::collection::vec(word, 1..4).prop_map(|words| words.join("-"));
    let slot = prop_oneof![
        Just(("k8s", "Deployment")),
        Just(("k8s", "Service")),
        Just(("git", "folder")),
        Just(("otel", "service")),
        Just(("docs", "page"))
    ];
    let value = prop_oneof![Just("shop"), Just("desk"), Just("ledger"), Just("acme/ledger"), Just("acme/invoice:1")];
    let field = prop_oneof![
        Just("image"),
        Just("namespace"),
        Just("labels.app"),
        Just("pod_labels.app"),
        Just("selector.app"),
        Just("hostname"),
        Just("owner")
    ];
    let attributes = prop::collection::vec((field, value), 0..4);
    let record = (slot, name, attributes).prop_map(|((system, kind), name, attributes)| Record {
        id: String::new(),
        system: system.to_owned(),
        kind: kind.to_owned(),
        name,
        attributes: attributes.into_iter().map(|(field, value)| (field.to_owned(), value.to_owned())).collect(),
    });
    prop::collection::vec(record, 1..40).prop_map(|mut records| {
        (0..).zip(&mut records).for_each(|(number, record): (u32, &mut Record)| record.id = format!("{number:04}"));
        records
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_order_of_records_says_nothing(records in estates(), seed in any::<u64>()) {
        let mut shuffled = records.clone();
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        let (here, there) = (resolve(records, &Options::default()), resolve(shuffled, &Options::default()));
        prop_assert_eq!(here.things(), there.things());
        prop_assert_eq!(here.related(), there.related());
        prop_assert_eq!(here.review(100), there.review(100));
    }

    #[test]
    fn weights_sum_to_the_score_both_ways(records in estates()) {
        let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
        let resolution = resolve(records, &Options::default());
        for a in &ids {
            for b in &ids {
                let explained = resolution.explain(a, b).unwrap();
                let weights = || explained.weights.iter().map(|weight| weight.weight);
                prop_assert_eq!(weights().sum::<f64>(), explained.score);
                prop_assert_eq!(weights().rev().sum::<f64>(), explained.score);
                prop_assert_eq!(resolution.explain(b, a).unwrap(), explained);
            }
        }
    }
}
