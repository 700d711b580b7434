//! Bills: what is read of a cost line, which lines are rejected and where, and that tags keep their secrets.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoder, Recognition};
use twin_connector_cost::focus::Focus;
use twin_core::base::Timestamp;
use twin_core::observe::Outcome;

use reading::{check_unreadable, fixtures, incoming, origin, read, told};

const HEADER: &str = "BilledCost,EffectiveCost,BillingCurrency,BillingAccountId,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,ResourceId,Tags";

fn bill(lines: &[&str]) -> String {
    format!("{HEADER}\n{}\n", lines.join("\n"))
}

/// Checks that a bill accounts for so many lines and tells each of these.
fn check(bill: &[u8], count: u64, expected: &[&str]) {
    let decoded = read(&Focus, "bill.csv", bill);
    let told = told(&decoded);
    assert_eq!(incoming(&decoded), count, "{}", told.join("\n"));
    for line in expected {
        assert!(told.iter().any(|said| said.trim().starts_with(line)), "no {line:?} in\n{}", told.join("\n"));
    }
    assert!(!format!("{decoded:?}").contains("canary"), "a secret in {decoded:?}");
}

#[test]
fn a_line_tells_its_cost_its_period_and_whom_it_bills() {
    let line = r#"12.50,10.00,EUR,acc-1,2026-10-01T00:00:00Z,2026-10-08T00:00:00Z,Usage,Amazon RDS,arn:aws:rds:x:1:db:orders,"{""Service"": ""orders"", ""cost-center"": ""cc-7"", ""password"": ""canary"", ""user:Team"": ""checkout""}""#;
    check(
        bill(&[line]).as_bytes(),
        1,
        &[
            "Charge ",
            "is Amazon RDS <- bill.csv:2 \"EUR\"",
            "BilledCost = 12.5 EUR <- bill.csv:2 \"12.50\"",
            "EffectiveCost = 10 EUR",
            "window.start = 2026-10-01T00:00:00Z",
            "window.end = 2026-10-08T00:00:00Z",
            "ChargeCategory = Usage",
            "ServiceName = Amazon RDS",
            "ResourceId = arn:aws:rds:x:1:db:orders",
            "Tags = Service=orders, cost-center=cc-7, user:Team=checkout",
            "bills native_id:arn:aws:rds:x:1:db:orders <- bill.csv:2",
            "bills component_name:orders <- bill.csv:2 \"orders\"",
            "chargedTo CostCenter cc-7",
            "CostCenter cc-7",
        ],
    );
    let decoded = read(&Focus, "bill.csv", bill(&[line]).as_bytes());
    let start = Timestamp::parse("2026-10-01");
    assert!(decoded.records[0].observations.iter().all(|said| said.valid_from == start && said.valid_to.is_none()));
    assert_eq!(decoded.records[0].key.cluster.as_deref(), Some("acc-1"));
}

#[test]
fn amounts_periods_and_tags_are_read_as_people_write_them() {
    let cases = [
        ("-3.20,0,USD,a,,,Credit,,,", 1, "BilledCost = -3.2 USD"),
        ("8e-7,,USD,a,,,Usage,,,", 1, "BilledCost = 0.0000008 USD"),
        ("\"$50,000.00 \",,USD,a,,,Purchase,,,", 1, "BilledCost = 50000 USD <- bill.csv:2 \"$50,000.00\""),
        ("($1.50),,USD,a,,,Credit,,,", 1, "BilledCost = -1.5 USD"),
        ("NULL,4,USD,NULL,,,Usage,NULL,NULL,NULL", 1, "EffectiveCost = 4 USD"),
        ("1,1,CREDITS,a,,,Usage,,,", 1, "BilledCost = 1 CREDITS"),
        ("1,1,USD,a,5/1/25,6/1/25,Usage,,,", 1, "! ambiguous bill.csv:2"),
        ("1,1,USD,a,2026-10-01 00:00:00,,Usage,,,app=cart;token=canary", 1, "bills component_name:cart"),
        (
            "1,1,USD,a,,,Usage,,,\"[{\"\"Key\"\": \"\"App\"\", \"\"Value\"\": \"\"cart\"\"}]\"",
            1,
            "bills component_name:cart",
        ),
        ("1,1,USD,a,,,Usage,,,\"{\"\"app\"\": null, \"\"note\"\": \"\"canary\"\"}\"", 1, "BilledCost = 1 USD"),
    ];
    for (line, count, expected) in cases {
        check(bill(&[line]).as_bytes(), count, &[expected]);
    }
}

#[test]
fn a_broken_line_rejects_itself_alone() {
    let cases = [
        ("1,1,,a,,,Usage,,,", "! shape bill.csv:3: no BillingCurrency"),
        (",,USD,a,,,Usage,,,", "! shape bill.csv:3: neither BilledCost nor EffectiveCost"),
        ("canary,1,USD,a,,,Usage,,,", "! shape bill.csv:3: BilledCost is no number"),
        ("1,canary,USD,a,,,Usage,,,", "! shape bill.csv:3: EffectiveCost is no number"),
        ("\"1,2\",1,USD,a,,,Usage,,,", "! shape bill.csv:3: BilledCost is no number"),
        ("1,1,USD", "! shape bill.csv:3: 3 cells under 10 columns"),
    ];
    let good = "1,1,USD,a,,,Usage,,,";
    for (line, expected) in cases {
        check(bill(&[good, line, good]).as_bytes(), 3, &[expected, "Charge "]);
    }
    let mut bytes = bill(&[good]).into_bytes();
    bytes.extend(b"1,1,USD,\xff\xfe,,,Usage,,,\n");
    bytes.extend(good.as_bytes());
    check(&bytes, 3, &["! encoding bill.csv:3"]);
}

#[test]
fn a_bill_that_is_none_is_one_rejection() {
    let long = format!("{HEADER}\n1,1,USD,a,,,Usage,,,{}", "x".repeat(2 << 20));
    let cases = [
        ("", "! syntax bill.csv:0"),
        ("\u{feff}\r\n", "! syntax bill.csv:0"),
        ("name,price\ntea,3\n", "! not-recognised bill.csv:0"),
        (&long, "! limit bill.csv:2"),
    ];
    for (text, expected) in cases {
        check(text.as_bytes(), 1, &[expected]);
    }
}

#[test]
fn lines_keep_their_numbers_whatever_stands_between_them() {
    let text =
        format!("\u{feff}{HEADER}\r\n\r\n1,1,USD,a,,,Usage,\"two\r\nlines\",,\r\n\r\n2,2,USD,a,,,Usage,,,\r\nbad\r\n");
    check(
        text.as_bytes(),
        3,
        &["BilledCost = 1 USD <- bill.csv:3 \"1\"", "BilledCost = 2 USD <- bill.csv:6 \"2\"", "! shape bill.csv:7"],
    );
}

#[test]
fn equal_lines_are_counted_and_order_does_not_matter() {
    let (one, two) = ("1,1,USD,a,,,Usage,,,", "2,2,USD,a,,,Usage,,,");
    let keys = |lines: &[&str], path: &str| {
        let decoded = read(&Focus, path, bill(lines).as_bytes());
        decoded.records.into_iter().map(|record| record.key).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(keys(&[one, one, two], "a.csv"), keys(&[two, one, one], "b.csv"));
    assert_eq!(keys(&[one, one, two], "a.csv").len(), 3);
}

#[test]
fn bills_are_recognised_by_their_columns() {
    let cases = [
        ("costs/october.csv", HEADER.to_owned(), Recognition::ByContent),
        ("x.csv", HEADER.to_lowercase(), Recognition::ByContent),
        ("x.csv", format!("\u{feff}{HEADER}\r\n"), Recognition::ByContent),
        ("x.csv", "date,amount\n".to_owned(), Recognition::No),
        ("x.csv", String::new(), Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(Focus.recognises(path, head.as_bytes()), expected, "{head}");
    }
}

#[test]
fn real_bills_are_read_in_full() {
    for (path, bytes) in fixtures("focus").into_iter().chain(fixtures("focus-scenarios")) {
        let decoded = read(&Focus, &path, &bytes);
        let lines = csv::ReaderBuilder::new().flexible(true).from_reader(&bytes[..]).into_byte_records().count();
        assert_eq!(incoming(&decoded), lines as u64, "{path}");
        println!(
            "{path}: {} lines, {} rejected",
            lines,
            decoded.diagnostics.iter().map(|flaw| flaw.records).sum::<u64>()
        );
        let has_currency = bytes.windows(15).any(|window| window == b"BillingCurrency");
        assert_eq!(decoded.outcome == Outcome::Complete, has_currency, "{path}: {:?}", decoded.diagnostics.first());
    }
}

#[test]
fn a_file_that_cannot_be_had_takes_nothing_away() {
    check_unreadable(&Focus, "a.csv");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..300, byte: u8) {
        read(&Focus, "a.csv", &bytes);
        let mut bill = bill(&["1,1,USD,a,2026-10-01,2026-10-02,Usage,S,r-1,\"{\"\"app\"\": \"\"cart\"\"}\"", "2,2,USD,a,,,Usage,,,"]).into_bytes();
        if let Some(place) = bill.get_mut(at) {
            *place = byte;
        }
        let decoded = Focus.decode(&[twin_connector_base::Payload { path: "a.csv", bytes: Ok(&bill) }], &origin());
        prop_assert!(incoming(&decoded[0]) >= 1);
        read(&Focus, "a.csv", &bill);
    }
}
