//! Pictures of answers that were written by hand: what is drawn is what is known, and nothing is left out silently.

use serde_json::{Value, json};

use super::*;

/// A reply as a host thaws it, so that any figures can be told.
fn reply(question: &Value, value: &Value) -> Reply {
    let answer = json!({
        "question": question, "value": value, "status": {"kind": "complete"}, "revision": 3,
        "as_of": {"valid": "2026-11-20T09:00:00Z", "known": "2026-11-20T09:00:00Z"},
        "assumptions": ["one"], "blind_spots": ["two", "three"], "inputs": [], "freshness": [], "seed": null,
    });
    Reply::thaw(&json!({"answer": answer, "rows": [], "evidence": {}, "columns": []}).to_string()).unwrap()
}

fn figure(dimension: &str, unit: &str, detail: Option<&str>, numbers: [Option<f64>; 2]) -> Value {
    let [baseline, scenario] = numbers;
    json!({
        "dimension": dimension, "about": null, "detail": detail, "unit": unit, "baseline": baseline, "scenario": scenario,
        "delta": baseline.zip(scenario).map(|(before, after)| after - before), "interval": null, "basis": "observed",
        "unknown": null, "evidence": [],
    })
}

fn with(mut figure: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().into_iter().flatten() {
        figure[name] = value.clone();
    }
    figure
}

fn interval(kind: &str, low: f64, high: f64) -> Value {
    json!({"interval": {"kind": kind, "low": low, "high": high}})
}

fn comparison(name: &str, figures: &[Value]) -> Reply {
    reply(&json!({"kind": "scenario", "name": name}), &json!({"figures": figures}))
}

fn shop() -> Vec<Value> {
    let about = |name: &str| json!({"about": {"id": format!("e-{name}"), "kind": "Component", "name": name}});
    vec![
        figure("blast_radius", "entities", Some("degraded"), [Some(0.0), Some(0.0)]),
        with(figure("blast_radius", "entities", Some("down"), [Some(0.0), Some(4.0)]), &interval("bounds", 2.0, 4.0)),
        with(
            figure("latency_p95", "ms", Some("web.cart"), [Some(39.1), Some(54.1)]),
            &interval("confidence", 47.0, 62.2),
        ),
        with(
            figure("latency_p95", "ms", Some("web.home"), [Some(12.0), Some(12.0)]),
            &interval("confidence", 11.5, 12.6),
        ),
        with(
            figure("latency_p95", "ms", Some("web.pay"), [Some(21.0), None]),
            &json!({"unknown": "unstable: more is asked of pay than its workers can do"}),
        ),
        with(
            with(figure("availability", "minutes down a month", None, [Some(432.0), Some(474.8)]), &about("pay")),
            &json!({"unknown": "at least: no availability is declared of ledger-db", "interval": {"kind": "bounds", "low": 432.0, "high": 43200.0}}),
        ),
        with(
            with(figure("cost", "EUR", None, [Some(1234.5), None]), &about("pay")),
            &json!({"unknown": "what is allocated to it is known, what would be avoided is not: commitments and shared pools are not in the bill's lines", "interval": {"kind": "bounds", "low": 0.0, "high": 1234.5}}),
        ),
        with(
            figure("decisions_violated", "entities", None, [None, None]),
            &json!({"unknown": "no source that can answer decisions has ever been read"}),
        ),
        with(figure("data_flows", "entities", None, [None, None]), &json!({"unknown": "no data is labelled"})),
    ]
}

/// Options by latency, cost and people: `(name, values, ranges, front, dominated by)`.
fn choice() -> Reply {
    let objectives = json!([
        {"dimension": "latency_p95", "of": "web.cart", "goal": "min", "unit": "ms"},
        {"dimension": "cost", "of": null, "goal": "min", "unit": "EUR"},
        {"dimension": "owners_touched", "of": null, "goal": "min", "unit": "owners"},
    ]);
    let option =
        |name: &str, latency: [Option<f64>; 3], cost: [Option<f64>; 3], front: Option<u64>, by: Option<&str>| {
            let ends = |of: [Option<f64>; 3]| of[1].zip(of[2]).map(|(low, high)| [low, high]);
            let kind = |of: [Option<f64>; 3]| if of[1] == of[2] { None } else { Some("confidence") };
            let why = |of: [Option<f64>; 3]| of[0].is_none().then_some("never measured");
            let unknown: Vec<usize> =
                [latency, cost].iter().enumerate().filter(|(_, of)| of[1].is_none()).map(|of| of.0).collect();
            json!({
                "name": name, "values": [latency[0], cost[0], 1.0], "ranges": [ends(latency), ends(cost), [1.0, 1.0]],
                "kinds": [kind(latency), kind(cost), null], "reasons": [why(latency), why(cost), null],
                "front": front, "dominated_by": by, "unknown": unknown,
            })
        };
    let known = |value: f64, low: f64, high: f64| [Some(value), Some(low), Some(high)];
    let options = [
        option("as it is", known(39.1, 36.0, 42.0), known(100.0, 100.0, 100.0), Some(0), None),
        option("with a cache", known(20.0, 15.0, 26.0), known(140.0, 130.0, 155.0), Some(0), None),
        option("two regions", known(30.0, 27.0, 34.0), known(118.0, 110.0, 125.0), Some(0), None),
        option("bigger machines", known(45.0, 41.0, 48.0), known(139.0, 129.0, 150.0), Some(1), None),
        option("everything", known(60.0, 58.0, 66.0), known(190.0, 180.0, 200.0), Some(2), Some("as it is")),
        option("another vendor", [None, Some(22.0), Some(50.0)], known(165.0, 160.0, 170.0), None, None),
        option("redirect", [None, None, None], known(90.0, 90.0, 90.0), None, None),
    ];
    let turns = json!([{"option": "two regions", "other": "with a cache", "objective": 0}]);
    reply(&json!({"kind": "trade_off"}), &json!({"objectives": objectives, "options": options, "turns": turns}))
}

fn svg(reply: &Reply) -> String {
    answer_svg(reply, Axes::default()).unwrap()
}

fn vega_lite(reply: &Reply) -> Value {
    serde_json::from_str(&answer_vega_lite(reply, Axes::default()).unwrap()).unwrap()
}

/// Every element ends where it should, and no attribute is left open: what a reader of XML would refuse.
fn is_well_formed(text: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for part in text.split('<').skip(1) {
        let Some((tag, after)) = part.split_once('>') else { return false };
        if after.contains('>') || tag.matches('"').count() % 2 != 0 {
            return false;
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.is_empty()
}

#[test]
fn what_is_drawn_is_what_is_known() {
    let picture = svg(&comparison("pay moves", &shop()));
    assert!(is_well_formed(&picture), "{picture}");
    // A ring for each figure as it is, a diamond for each as it would be, a bar for each range, and one of each in the legend.
    let count = |class: &str| picture.matches(&format!("class=\"{class}\"")).count();
    assert_eq!([count("before"), count("after"), count("confidence"), count("bounds")], [7 + 1, 5 + 1, 2 + 1, 3 + 1]);
    let told = [
        "<title>pay moves: before and after</title>",
        "role=\"img\"",
        "5 figures are known before and after, of which 3 change; 4 are not.",
        "As of 2026-11-20T09:00:00Z, revision 3. The reading is complete. The answer names 1 assumption and 2 blind spots.",
        "39.1 → 54.1 (+15), 47 to 62.2",
        "12 (no change), 11.5 to 12.6",
        "21 → unknown",
        "unstable: more is asked of pay than its workers can do",
        "at least: no availability is declared of ledger-db",
        "Availability · minutes down a month, by powers of ten",
        "1234.5 → unknown, 0 to 1234.5",
        "confidence interval: it is inside with the probability that the method states",
        "bounds: it is inside however the unknown turns out",
        "<title>Latency p95, web.cart (ms); as it is 39.1; as it would be 54.1; difference 15; confidence interval from 47 to 62.2; basis observed</title>",
        "<title>Data flows: no data is labelled</title>",
        "no source that can answer decisions has ever been read",
    ];
    told.iter().for_each(|words| assert!(picture.contains(words), "{words}\n{picture}"));
    assert!(!picture.contains("<script") && !picture.contains("href") && !picture.contains("url("), "{picture}");
    assert_eq!(picture, svg(&comparison("pay moves", &shop())));
}

#[test]
fn an_empty_comparison_is_an_empty_picture_that_says_so() {
    let picture = svg(&comparison("nothing", &[]));
    assert!(is_well_formed(&picture) && picture.contains("0 figures are known before and after"), "{picture}");
    assert_eq!(vega_lite(&comparison("nothing", &[]))["data"]["values"], json!([]));
}

#[test]
fn open_ends_and_figures_without_a_reason_are_told() {
    let open = json!({"interval": {"kind": "bounds", "low": 2.0, "high": null}});
    let figures = [
        with(figure("cycles", "found", None, [Some(1.0), Some(3.0)]), &open),
        figure("cost", "EUR", None, [None, None]),
        figure("cycles", "found", Some("a ↔ b"), [None, None]),
    ];
    let picture = svg(&comparison("open", &figures));
    for words in
        ["1 → 3 (+2), 2 to open", "bounds from 2 to open", "Cost: no reason was given", ">no reason was given<"]
    {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
}

#[test]
fn marks_stand_where_their_numbers_are_whatever_the_unit() {
    let places = |times: f64| -> Vec<String> {
        let figures = [
            with(
                figure("latency_p50", "ms", Some("a"), [Some(2.0 * times), Some(8.0 * times)]),
                &interval("confidence", 6.0 * times, 9.0 * times),
            ),
            figure("latency_p50", "ms", Some("b"), [Some(0.0), Some(5.0 * times)]),
        ];
        let picture = svg(&comparison("same", &figures));
        let marks = picture.lines().filter(|line| {
            ["before", "after", "shift", "confidence"].iter().any(|class| line.contains(&format!("class=\"{class}\"")))
        });
        marks.map(str::to_owned).collect()
    };
    assert_eq!(places(1.0), places(10.0));
    assert_ne!(places(1.0)[4], places(1.0)[6], "marks of different numbers stand apart");
}

#[test]
fn hostile_names_stay_names_and_take_no_room() {
    let hostile = "<script>alert('x')</script>\u{202e}\u{0}\"]]>&amp;\n\u{2028}{{}}";
    let long = "x".repeat(1 << 20);
    let about = |name: &str| json!({"about": {"id": "e1", "kind": hostile, "name": name}, "unknown": name});
    let figures = [
        with(figure("cost", hostile, Some(hostile), [Some(1.0), Some(2.0)]), &about(hostile)),
        with(figure("cost", hostile, Some(&long), [Some(1.0), None]), &about(&long)),
        with(figure("cost", &long, Some("雪".repeat(500).as_str()), [None, None]), &about(&long)),
    ];
    for name in [hostile, long.as_str()] {
        let reply = comparison(name, &figures);
        let picture = svg(&reply);
        assert!(is_well_formed(&picture) && !picture.contains("<script") && picture.len() < 20_000, "{picture}");
        assert!(!picture.contains('\u{202e}') && !picture.contains('\u{0}'), "{picture}");
        let specification = answer_vega_lite(&reply, Axes::default()).unwrap();
        assert!(!specification.contains('<') && specification.len() < 20_000, "{specification}");
    }
    assert!(is_well_formed(&notebook_picture(&comparison(hostile, &figures))));
}

#[test]
fn what_is_too_much_is_counted() {
    let row = |place: usize| {
        figure("availability", "minutes", Some(&format!("service {place}")), [Some(1.0), Some(1.0 + place as f64)])
    };
    let many: Vec<Value> = (0..5000).map(row).collect();
    let currencies = (0..100).map(|place| figure("cost", &format!("C{place}"), None, [Some(1.0), Some(1.0)]));
    let unknown = (0..100).map(|place| figure("data_flows", &format!("u{place}"), None, [None, None]));
    let all: Vec<Value> = many.into_iter().chain(currencies).chain(unknown).collect();
    let reply = comparison("many", &all);
    let picture = svg(&reply);
    assert!(picture.len() < 150_000, "{}", picture.len());
    let told = [
        "and 4984 more, which change by no more or are unknown: the table has them",
        "61 figures of further dimensions are not drawn: the table has them",
        "and 76 more that are unknown: the table has them",
        "service 4999",
    ];
    told.iter().for_each(|words| assert!(picture.contains(words), "{words}"));
    assert!(!picture.contains("service 12<"), "what changes least is left out");
    let specification = vega_lite(&reply);
    let drawn = specification["data"]["values"].as_array().unwrap().len();
    let more = format!("{} more figures are not drawn", all.len() - drawn);
    assert!(specification["title"]["subtitle"].to_string().contains(&more), "{more}");
}

/// The fields that a specification's encodings and filters ask of its data.
fn fields(specification: &Value, found: &mut Vec<String>) {
    match specification {
        Value::Object(map) => {
            found.extend(map.get("field").and_then(Value::as_str).map(str::to_owned));
            map.iter().filter(|(name, _)| *name != "data").for_each(|(_, value)| fields(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        Value::String(text) => {
            let asked = text.split("datum.").skip(1);
            let name = |rest: &str| {
                rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            };
            found.extend(asked.map(name));
        }
        _ => {}
    }
}

fn asks_only_for_what_is_there(specification: &Value, made: &[&str]) {
    let mut asked = Vec::new();
    fields(specification, &mut asked);
    assert!(asked.len() > 20, "{asked:?}");
    let data = specification["data"]["values"].as_array().unwrap();
    for field in asked.iter().filter(|field| !made.contains(&field.as_str())) {
        assert!(data.iter().any(|datum| datum.get(field).is_some()), "{field}");
    }
    assert_eq!(specification["$schema"], "https://vega.github.io/schema/vega-lite/v5.json");
}

fn marks(layers: &Value) -> Vec<&str> {
    layers.as_array().unwrap().iter().map(|layer| layer["mark"]["type"].as_str().unwrap()).collect()
}

#[test]
fn a_specification_holds_the_figures() {
    let figures = shop();
    let specification = vega_lite(&comparison("pay moves", &figures));
    asks_only_for_what_is_there(&specification, &[]);
    assert_eq!(marks(&specification["spec"]["layer"]), ["bar", "rule", "tick", "point", "point", "text", "text"]);
    assert_eq!(specification["facet"]["row"]["field"], "panel");
    let data = specification["data"]["values"].as_array().unwrap();
    assert_eq!(data.len(), figures.len());
    for (datum, figure) in data.iter().zip(&figures).filter(|(datum, _)| datum["panel"] != "Unknown") {
        for field in ["baseline", "scenario", "delta", "basis", "unknown"] {
            assert_eq!(datum[field], figure[field], "{field} of {datum}");
        }
        assert_eq!(
            [&datum["low"], &datum["high"]],
            [&figure["interval"]["low"], &figure["interval"]["high"]],
            "{datum}"
        );
    }
    let unknown: Vec<&Value> = data.iter().filter(|datum| datum["panel"] == "Unknown").collect();
    assert_eq!(
        unknown,
        [
            &json!({"panel": "Unknown", "label": "Decisions violated", "unknown": "no source that can answer decisions has ever been read"}),
            &json!({"panel": "Unknown", "label": "Data flows", "unknown": "no data is labelled"}),
        ]
    );
    let panels: Vec<&Value> = data.iter().map(|datum| &datum["panel"]).collect();
    let order = specification["facet"]["row"]["sort"].as_array().unwrap();
    assert!(panels.iter().all(|panel| order.contains(panel)), "{panels:?}");
}

#[test]
fn options_are_points_or_told_to_be_none() {
    let picture = svg(&choice());
    assert!(is_well_formed(&picture), "{picture}");
    // One more of each stands in the legend, and one beside each option in the list.
    let count = |class: &str| picture.matches(&format!("class=\"{class}\"")).count();
    assert_eq!(
        [count("best"), count("behind"), count("beaten"), count("unranked")],
        [1 + 3 + 3, 1 + 1 + 1, 1 + 1 + 1, 1 + 1]
    );
    assert_eq!(count("front"), 2, "three options of the first front are joined");
    assert_eq!(count("range"), 1 + 1 + 4 * 2, "the figure that is exact has no range");
    assert_eq!(count("bounds"), 1 + 1, "of the option of which only a range is known");
    let told = [
        "7 options: 3 on the first front by the figures, 1 beaten whatever the truth, 2 not ranked.",
        "→ Latency p95 of web.cart (ms), less is better",
        "↑ Cost (EUR), less is better",
        "39.1, 36 to 42",
        "unknown, 22 to 50",
        "beaten by as it is",
        "<title>redirect: Latency p95 of web.cart: never measured</title>",
        "Fronts are by all 3 objectives; the picture shows two of them.",
        "The ranges of two regions and with a cache overlap: knowing Latency p95 of web.cart better may turn the choice.",
    ];
    told.iter().for_each(|words| assert!(picture.contains(words), "{words}\n{picture}"));
}

#[test]
fn a_specification_holds_the_options() {
    let specification = vega_lite(&choice());
    asks_only_for_what_is_there(&specification, &["x_label", "y_label"]);
    assert_eq!(marks(&specification["layer"]), ["rule", "rule", "rect", "line", "point", "text"]);
    let data = specification["data"]["values"].as_array().unwrap();
    assert_eq!(data.len(), 6);
    let first = json!({
        "option": "as it is", "x": 39.1, "x_low": 36.0, "x_high": 42.0, "x_range": "confidence interval", "x_unknown": null,
        "y": 100.0, "y_low": 100.0, "y_high": 100.0, "y_range": null, "y_unknown": null,
        "mark": "first front", "standing": "first front",
    });
    assert_eq!(data[0], first);
    assert!(
        specification["title"]["subtitle"]
            .to_string()
            .contains("Not drawn: redirect: Latency p95 of web.cart: never measured")
    );
}

#[test]
fn any_two_objectives_are_drawn_and_one_alone_as_bars() {
    let axes = |x, y| Axes { x, y };
    let both = answer_svg(&choice(), axes(Some(2), None)).unwrap();
    assert!(both.contains("→ Owners touched (owners)") && both.contains("↑ Latency p95"), "{both}");
    assert_eq!(
        answer_svg(&choice(), axes(None, Some(0))).unwrap(),
        answer_svg(&choice(), axes(Some(1), Some(0))).unwrap()
    );
    let mut one: Value = serde_json::from_str(&choice().to_json()).unwrap();
    one["value"]["objectives"].as_array_mut().unwrap().truncate(1);
    let bars = svg(&reply(&one["question"], &one["value"]));
    for words in ["Latency p95 of web.cart · ms", "unknown, 22 to 50", "never measured", "39.1, 36 to 42 · first front"]
    {
        assert!(bars.contains(words), "{words}\n{bars}");
    }
}

#[test]
fn what_has_no_picture_is_refused() {
    let none = reply(&json!({"kind": "owners"}), &json!([]));
    let outcome = reply(&json!({"kind": "scenario"}), &json!({"impact": []}));
    let axes = |x, y| Axes { x, y };
    let cases = [
        (&none, axes(None, None), "an answer to \"owners\" has no picture: those to compare and trade_off have"),
        (&outcome, axes(None, None), "an answer to \"scenario\" has no picture"),
        (&comparison("a", &[]), axes(Some(0), None), "x and y are objectives of a trade-off"),
        (&choice(), axes(Some(3), None), "x is 3: objectives go from 0 to 2"),
        (&choice(), axes(Some(0), Some(usize::MAX)), "objectives go from 0 to 2"),
        (&choice(), axes(Some(1), Some(1)), "x and y are both 1: give two objectives"),
    ];
    for (reply, axes, words) in cases {
        for told in [answer_svg(reply, axes), answer_vega_lite(reply, axes)] {
            let error = told.unwrap_err();
            assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(words), "{words}: {error}");
        }
    }
    assert_eq!(notebook_picture(&none), "");
    assert!(Axes::from_json("{\"x\": -1}").is_err() && Axes::from_json("{\"z\": 1}").is_err());
    assert_eq!(Axes::from_json("{\"x\": 1, \"y\": null}").unwrap(), axes(Some(1), None));
}

/// How far apart two colours are, by WCAG 2.2: from 1 to 21.
fn contrast(one: &str, other: &str) -> f64 {
    let channel = |colour: &str, at: usize| {
        let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let light = |colour: &str| 0.2126 * channel(colour, 1) + 0.7152 * channel(colour, 3) + 0.0722 * channel(colour, 5);
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn texts_and_marks_stand_out_on_light_and_on_dark() {
    let style = include_str!("picture.css");
    let (light, dark) = style.split_once("@media (prefers-color-scheme: dark)").unwrap();
    for part in [light, dark] {
        let colour = |class: &str, property: &str| {
            let rules = part
                .lines()
                .filter(|line| line.split(['{', ',']).any(|name| name.trim() == format!(".twin-picture {class}")));
            let values = rules.flat_map(|rule| rule.split(property).nth(1)?.trim().get(..7));
            values.last().unwrap_or_else(|| panic!("{class} {property}")).to_owned()
        };
        let ground = colour(".ground", " fill:");
        for (class, property, least) in [
            ("text", " fill:", 7.0),
            ("text.soft", " fill:", 7.0),
            ("text.note", " fill:", 7.0),
            (".before", " stroke:", 3.0),
            (".after", " fill:", 3.0),
            (".bounds", " stroke:", 3.0),
            (".best", " fill:", 3.0),
            (".behind", " stroke:", 3.0),
            (".beaten", " stroke:", 3.0),
            (".range", " stroke:", 3.0),
        ] {
            let found = contrast(&ground, &colour(class, property));
            assert!(found >= least, "{class} on {ground}: {found:.2}");
        }
    }
}

/// Which dimension, as it is, as it would be, and whether a reason is given where it is 0.
type AnyFigure = (usize, Option<f64>, Option<f64>, u8);

proptest::proptest! {
    /// Whatever the figures are, each is drawn, listed or counted.
    #[test]
    fn nothing_is_left_out_silently(
        rows in proptest::collection::vec((0..4_usize, proptest::option::of(-1e9..1e9_f64), proptest::option::of(-1e9..1e9_f64), 0..3_u8), 0..120),
    ) {
        let dimensions = ["cost", "cycles", "latency_p50", "data_flows"];
        let told = |(place, row): (usize, &AnyFigure)| {
            let why = json!({"unknown": (row.3 == 0).then_some(format!("reason {place}"))});
            with(figure(dimensions[row.0], "some", Some(&format!("row {place}")), [row.1, row.2]), &why)
        };
        let figures: Vec<Value> = rows.iter().enumerate().map(told).collect();
        let read: Vec<FigureTold> = figures.iter().map(|one| serde_json::from_value(one.clone()).unwrap()).collect();
        let panels = Panels::of(&read);
        let drawn: usize = panels.panels.iter().map(|panel| panel.bars.len() + panel.more).sum();
        assert_eq!(drawn + panels.unknown.len() + panels.more_unknown + panels.more_panels, figures.len());
        let picture = svg(&comparison("any", &figures));
        assert!(is_well_formed(&picture));
        let bars = || panels.panels.iter().flat_map(|panel| &panel.bars);
        assert!(bars().all(|bar| bar.has_figure() || bar.unknown.is_some()));
        let marks = |class: &str| picture.matches(&format!("class=\"{class}\"")).count().saturating_sub(1);
        assert_eq!(marks("after"), bars().filter(|bar| bar.scenario.is_some()).count());
        assert_eq!(marks("before"), bars().filter(|bar| bar.baseline.is_some()).count());
    }
}

#[test]
fn what_a_measurement_will_likely_show_is_a_line_of_its_own() {
    let moved = figure("latency_p50", "ms", Some("web.cart"), [Some(39.0), Some(54.0)]);
    let moved = with(with(moved, &interval("confidence", 48.0, 57.0)), &json!({"likely": 52.5}));
    let reply = comparison("pay moves", &[moved]);
    let picture = svg(&reply);
    assert!(is_well_formed(&picture), "{picture}");
    assert_eq!(picture.matches("class=\"likely\"").count(), 2, "one, and one in the legend");
    assert!(picture.contains("as a measurement will likely show it 52.5"));
    assert_eq!(vega_lite(&reply)["data"]["values"][0]["likely"], 52.5);
    assert!(!svg(&comparison("pay moves", &shop())).contains("class=\"likely\""), "nothing is likely there");
}
