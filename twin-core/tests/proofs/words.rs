//! Unknown names are told with the nearest known; what crosses threads may.

use twin_core::answer::{Answer, Profile};
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::observe::Batch;
use twin_core::schema::{State, kind};
use twin_core::simulate::{Change, Dimension, Given, Scenario, compare, outcome};
use twin_core::{At, Receipt, Twin};

use crate::support::{apply, ask, batches, time};

#[test]
fn unknown_names_are_told_with_the_nearest() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:payments\nset replicas 2");
    assert_eq!(
        ask(&twin, "09:00", "members paymnts"),
        ["error: unknown entity \"paymnts\": nearest are payments (Component)"]
    );
    assert_eq!(ask(&twin, "09:00", "find Componnt"), ["error: unknown kind \"Componnt\": nearest are Component"]);
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let node = snapshot.find("payments").unwrap();
    let error = twin_core::analysis::neighbours(&snapshot, node, Some("cals"), Default::default()).unwrap_err();
    assert!(error.to_string().contains("nearest are calls"), "{error}");
}

#[test]
fn unknown_kinds_relations_and_attributes_in_batches_are_told_with_the_nearest() {
    let twin = Twin::in_memory();
    let receipt = apply(&twin, "file a\nWorkloadd:x\nWorkload:a\ncals Workload:b\nset replica 2");
    assert_eq!((receipt.applied, receipt.rejected), (1, 1));
    let said: Vec<&str> = receipt.diagnostics.iter().map(|said| said.message.as_str()).collect();
    for (wrong, right) in [("Workloadd", "Workload"), ("cals", "calls"), ("replica", "replicas")] {
        assert!(said.iter().any(|line| line.contains(&format!("\"{wrong}\"")) && line.contains(right)), "{said:?}");
    }
    assert!(receipt.diagnostics.iter().all(|said| said.locator.path() == "a"), "each has a place");
}

#[test]
fn what_is_called_alike_is_ambiguous_and_told_apart_by_place_or_id() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:shop/api\nWorkload:till/api");
    let error = ask(&twin, "09:00", "members api");
    assert!(
        error[0].contains("ambiguous") && error[0].contains("in shop") && error[0].contains("in till"),
        "{error:?}"
    );
    assert_eq!(ask(&twin, "09:00", "members api@till"), ["estate/till/Workload:api"]);
}

#[test]
fn one_of_several_instances_is_told_apart_by_its_place() {
    let twin = Twin::in_memory();
    apply(
        &twin,
        "file a\nWorkload:north/pay\nWorkload:south/pay\nWorkload:north/web\ncalls/required Workload:north/pay\n",
    );
    let key = |text: &str| batches(&format!("file f\n{text}")).remove(0).records.remove(0).key;
    twin.pin(&key("Workload:north/pay"), &key("Workload:south/pay"), time("09:00")).unwrap();
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let names = |name: &str| {
        let instances = snapshot.instances(snapshot.find(name).unwrap());
        instances.iter().map(|node| snapshot.entity(*node).name.clone()).collect::<Vec<String>>()
    };
    assert_eq!(names("pay"), ["pay@north", "pay@south"]);
    assert_eq!(names("pay@south"), ["pay@south"], "what is said of one is not said of the other");
    assert_eq!(
        snapshot.kind(snapshot.find("web@north").unwrap()),
        &kind::COMPONENT,
        "the only one stands for all of it"
    );
    // So the failure of the one does not reach who calls the other.
    let reached = |name: &str| {
        let scenario = Scenario::of(&snapshot, "fails", &[Change::fail(name.to_owned(), State::Down)]).unwrap();
        let impact = outcome(&scenario, Profile::Audit).value.impact;
        impact.iter().any(|row| row.entity.name.starts_with("web"))
    };
    assert_eq!([reached("pay@north"), reached("pay@south")], [true, false]);
    // And how available the one is says nothing of the other.
    let minutes = |declared: &str| {
        let own = [("web", 0.999), (declared, 0.99)].map(|(name, own)| (snapshot.find(name).unwrap(), own));
        let given = Given { availability: own.into(), ..Given::default() };
        let slower = [Change::fail("web".to_owned(), State::Degraded)];
        let scenario = Scenario::of(&snapshot, "slower", &slower).unwrap();
        let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        let mut rows = answer.value.figures.into_iter().filter(|row| row.dimension == Dimension::Availability);
        rows.find(|row| row.about.as_ref().is_some_and(|about| about.name.starts_with("web"))).unwrap().unknown
    };
    assert_eq!(minutes("pay@north"), None);
    assert_eq!(minutes("pay@south").as_deref(), Some("at least: no availability is declared of pay"));
}

#[test]
fn what_hosts_share_between_threads_may_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Twin>();
    shared::<Snapshot>();
    shared::<Receipt>();
    shared::<Batch>();
    shared::<Answer<Vec<String>>>();
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a");
    let lengths = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(|| twin.snapshot(At::now(time("09:00"))).len())).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<usize>>()
    });
    assert!(lengths.iter().all(|length| *length == lengths[0] && *length > 0));
}

#[test]
fn charges_whose_sum_is_too_large_are_told() {
    let twin = Twin::in_memory();
    let charge = |name: &str| format!("Charge:{name}\nset EffectiveCost 79228162514264337593543950335\n");
    apply(&twin, &format!("file a\nWorkload:a\n{}{}{}", charge("one"), charge("two"), charge("three")));
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let answer = snapshot.cost(snapshot.find("a").unwrap());
    let nobody = &answer.value.unallocated[0];
    let told = format!("the cost of {} leaves out lines: 2, whose sum is too large for an exact number", nobody.why);
    assert_eq!(answer.assumptions, [told]);
    assert_eq!(nobody.lines, 3);
}

#[test]
fn an_entity_is_found_by_the_key_of_any_of_its_records_as_answers_print_it() {
    let twin = Twin::in_memory();
    let estate = "file a\nWorkload:east/shop/cart\nknown service_name:cart\nWorkload:shop/cart\nWorkload:cart-2\nTelemetryService:cart observed\nknown service_name:cart\nTeam:crew\nfile b\nWorkload:a:b/c";
    apply(&twin, estate);
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let records: Vec<_> = snapshot.nodes().flat_map(|node| snapshot.entity(node).records.clone()).collect();
    assert!(records.len() >= 6, "{records:?}");
    for record in records {
        let node = snapshot.find(&record.to_string()).unwrap_or_else(|error| panic!("{record}: {error}"));
        assert!(snapshot.entity(node).records.contains(&record), "{record}");
    }
    assert_eq!(snapshot.entity(snapshot.find("estate/Workload:cart-2").unwrap()).kind, kind::COMPONENT);
    for unknown in ["estate/Workload:nobody", "Workload:cart-2", "estate/Workload:CART-2", "estate/east/Workload:cart"]
    {
        assert_eq!(snapshot.find(unknown).unwrap_err().kind(), ErrorKind::Unknown, "{unknown}");
    }
    let without = snapshot.without("gone", &[snapshot.find("estate/Team:crew").unwrap()]);
    assert_eq!(without.find("estate/Team:crew").unwrap_err().kind(), ErrorKind::Unknown);
}
