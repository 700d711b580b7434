//! The history of one entity, and what changed since somebody last asked.

use proptest::prelude::*;
use twin_core::base::ErrorKind;
use twin_core::{At, Twin};

use crate::support::{apply, cases, time};

/// Readings of one file that come in any order, of records that come, change, end and go.
pub fn reading() -> impl Strategy<Value = String> {
    let hour = || proptest::option::of(0..24_u8);
    let record = (0..3_u8, 0..3_u8, hour(), hour(), proptest::bool::weighted(0.3));
    let records = proptest::collection::vec(record, 0..3);
    (0..24_u8, hour(), any::<bool>(), records).prop_map(|(now, at, delta, records)| {
        let option = |word: &str, hour: Option<u8>| hour.map_or(String::new(), |hour| format!(" {word} {hour:02}:00"));
        let mut text = format!("now {now:02}:00\nfile a{}{}\n", if delta { " delta" } else { "" }, option("at", at));
        for (name, value, from, to, gone) in records {
            text.push_str(&match gone && delta {
                true => format!("gone Workload:r{name}\n"),
                false => {
                    format!("Workload:r{name}{}{}\nset replicas {value}\n", option("from", from), option("to", to))
                }
            });
        }
        text
    })
}

/// Several of them.
pub fn readings() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(reading(), 1..6)
}

#[test]
fn s10_what_returns_has_its_old_id_and_shows_its_gap() {
    let twin = Twin::in_memory();
    apply(&twin, "now 08:00\nfile a\nWorkload:a\nset replicas 1");
    let id = twin.history("Workload:a").unwrap().entity;
    apply(&twin, "now 09:00\nfile a\nWorkload:a\nset replicas 2");
    apply(&twin, "now 10:00\nfile a");
    let gone = twin.history("Workload:a").unwrap();
    assert_eq!(gone.gaps.iter().map(|gap| (gap.since, gap.until)).collect::<Vec<_>>(), [(time("10:00"), None)]);
    apply(&twin, "now 12:00\nfile a\nWorkload:a\nset replicas 2");
    let history = twin.history(id.as_str()).unwrap();
    assert_eq!(history.entity, id);
    assert_eq!(
        history.gaps.iter().map(|gap| (gap.since, gap.until)).collect::<Vec<_>>(),
        [(time("10:00"), Some(time("12:00")))]
    );
    let told: Vec<String> = history
        .spells
        .iter()
        .map(|spell| {
            let until = spell.until.map_or(String::new(), |until| until.to_string()[11..16].to_owned());
            let said = serde_json::to_value(&spell.statement).unwrap();
            let what = said["attribute"]["value"]["integer"]
                .as_i64()
                .map_or("exists".to_owned(), |number| format!("replicas {number}"));
            format!("{what} {} {until} {}", &spell.since.to_string()[11..16], spell.evidence[0].chain[0].locator)
        })
        .collect();
    let expected = [
        "exists 08:00 10:00 a:1",
        "exists 12:00  a:1",
        "replicas 1 08:00 09:00 a:2",
        "replicas 2 09:00 10:00 a:2",
        "replicas 2 12:00  a:2",
    ];
    assert_eq!(told, expected);
    assert_eq!(history.spells[0].known_since, Some(time("08:00")));
    assert_eq!(twin.history("Workload:nobody").unwrap_err().kind(), ErrorKind::Unknown);
}

#[test]
fn pages_of_changes_go_on_where_they_stopped_in_another_process_and_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin");
    let twin = Twin::open(&path).unwrap();
    assert_eq!(twin.changes_since(None, 9).unwrap().cursor, "");
    apply(&twin, "now 08:00\nfile a\nWorkload:a\nWorkload:b");
    let all = twin.changes_since(None, usize::MAX).unwrap();
    assert!(!all.more && all.changes.len() > 3, "{all:?}");
    let (mut paged, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = Twin::open_read_only(&path).unwrap().changes_since(Some(&cursor), 2).unwrap();
        assert!(page.changes.len() <= 2);
        paged.extend(page.changes);
        pages += 1;
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!((paged.len(), pages), (all.changes.len(), all.changes.len().div_ceil(2)));
    assert_eq!(paged, all.changes);
    assert_eq!(cursor, all.cursor);
    assert_eq!(twin.changes_since(Some(&cursor), 9).unwrap().changes, []);
    let events = apply(&twin, "now 09:00\nfile a\nWorkload:a\nset replicas 2").events;
    let since = twin.changes_since(Some(&cursor), 99).unwrap();
    assert_eq!(since.changes, events);
    assert_eq!(twin.diff(At::now(time("08:30")).valid(time("08:30")), At::now(time("09:00"))).unwrap().value, events);
    for nonsense in ["x", "1:2:3", "1+x", "99999999999999999999"] {
        assert_eq!(twin.changes_since(Some(nonsense), 9).unwrap_err().kind(), ErrorKind::Invalid, "{nonsense}");
    }
    assert_eq!(twin.changes_since(None, 0).unwrap_err().kind(), ErrorKind::Invalid);
    twin.retain(time("09:00")).unwrap();
    assert_eq!(twin.changes_since(Some(&cursor), 9).unwrap_err().kind(), ErrorKind::Invalid);
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn gaps_are_where_no_snapshot_has_the_entity(readings in readings()) {
        let twin = Twin::in_memory();
        readings.iter().for_each(|text| drop(apply(&twin, text)));
        let Ok(history) = twin.history("Workload:r0") else { return Ok(()) };
        let first = history.spells.iter().map(|spell| spell.since).min();
        for half in 0..47_u64 {
            let valid = time("00:00").after(std::time::Duration::from_secs(1800 * half));
            let snapshot = twin.snapshot(At::now(time("23:45")).valid(valid));
            let there = crate::support::components(&snapshot).contains(&"r0".to_owned());
            let gap = history.gaps.iter().any(|gap| gap.since <= valid && gap.until.is_none_or(|until| valid < until));
            prop_assert_eq!(there, !gap && first.is_some_and(|first| first <= valid), "{} {:?}", valid, history.gaps);
        }
    }
}
