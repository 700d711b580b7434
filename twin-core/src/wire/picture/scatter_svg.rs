//! Options by two objectives as points with their ranges; beneath them each with its figures, and those that cannot be drawn with why.

use crate::wire::picture::Heading;
use crate::wire::picture::drawing::{Drawing, LINE, MARGIN, Mark, WIDTH, fitted, wrapped};
use crate::wire::picture::scale::{Scale, rounded};
use crate::wire::picture::scatter::{Place, Placed, Scatter};

const LEFT: f64 = 90.0;
const RIGHT: f64 = 820.0;
const HEIGHT: f64 = 360.0;
/// How far from each other numbers beside marks are.
const APART: f64 = 15.0;
/// Where a number may stand beside its mark.
const BESIDE: [(f64, f64); 8] =
    [(13.0, -9.0), (13.0, 15.0), (-13.0, -9.0), (-13.0, 15.0), (22.0, 4.0), (-22.0, 4.0), (0.0, -18.0), (0.0, 24.0)];

/// What the marks mean.
const LEGEND: [(Mark, &str); 4] = [
    (Mark::Best, "first front: no option is better by the figures"),
    (Mark::Behind, "another option is better by the figures"),
    (Mark::Beaten, "another option is at least as good whatever the truth"),
    (Mark::Unranked, "not ranked: not every figure of it is known"),
];

/// The points above, the options in words beneath. O(options²).
pub(super) fn scatter_svg(heading: &Heading, scatter: &Scatter) -> String {
    let mut drawing = Drawing::new(&heading.title, &heading.lines);
    legend(&mut drawing, scatter);
    if !scatter.options.is_empty() {
        points(&mut drawing, scatter);
        heads(&mut drawing, scatter);
    }
    (1..).zip(&scatter.options).for_each(|(number, option)| listed(&mut drawing, number, option));
    if scatter.more > 0 {
        drawing.paragraph(&format!("and {} more options, on later fronts: the table has them", scatter.more));
    }
    unplaced(&mut drawing, scatter);
    drawing.y += LINE / 2.0;
    scatter.notes.iter().for_each(|note| drawing.paragraph(note));
    drawing.finish(&heading.title, &heading.description)
}

fn legend(drawing: &mut Drawing, scatter: &Scatter) {
    for (mark, means) in LEGEND {
        if scatter.options.iter().any(|option| option.mark == mark) {
            drawing.y += LINE;
            drawing.mark(mark, MARGIN + 8.0, drawing.y - 4.0);
            drawing.text("soft", MARGIN + 24.0, drawing.y, means);
        }
    }
    if scatter.options.iter().any(|option| option.x.kind.is_some() || option.y.kind.is_some()) {
        drawing.y += LINE;
        drawing.line("range", (MARGIN, drawing.y - 4.0), (MARGIN + 17.0, drawing.y - 4.0));
        let kinds = kinds(scatter).join(", ");
        drawing.text("soft", MARGIN + 24.0, drawing.y, &fitted(&format!("range of a figure: {kinds}"), WIDTH - 80.0));
    }
    if scatter.options.iter().any(|option| !option.is_point()) {
        drawing.y += LINE;
        drawing.bar("bounds", (MARGIN, drawing.y - 9.0), (MARGIN + 17.0, drawing.y + 1.0));
        drawing.text("soft", MARGIN + 24.0, drawing.y, "where an option lies of which only a range is known");
    }
}

/// What stands above the options in words.
fn heads(drawing: &mut Drawing, scatter: &Scatter) {
    drawing.y += LINE;
    for (x, head) in
        [(MARGIN + 52.0, "Option"), (270.0, &scatter.x.name), (450.0, &scatter.y.name), (630.0, "Standing")]
    {
        drawing.text("part", x, drawing.y, &fitted(head, 160.0));
    }
}

/// The kinds of ranges that are drawn, each once.
fn kinds(scatter: &Scatter) -> Vec<&str> {
    let of_all = scatter.options.iter().flat_map(|option| [&option.x, &option.y]);
    let mut kinds: Vec<&str> = of_all.filter_map(|place| place.kind.as_deref()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn points(drawing: &mut Drawing, scatter: &Scatter) {
    let top = drawing.y + 2.0 * LINE;
    let numbers = |place: &Place| [Some(place.low), Some(place.high), place.value].into_iter().flatten();
    let x = Scale::of(scatter.options.iter().flat_map(|option| numbers(&option.x)), LEFT, RIGHT);
    let y = Scale::of(scatter.options.iter().flat_map(|option| numbers(&option.y)), top + HEIGHT, top);
    axes(drawing, scatter, (x, y), top);
    let front: Vec<(f64, f64)> = scatter.front().into_iter().map(|(a, b)| (x.place(a), y.place(b))).collect();
    front.windows(2).for_each(|ends| drawing.line("front", ends[0], ends[1]));
    let mut taken: Vec<(f64, f64)> = scatter.options.iter().map(|option| centre(option, x, y)).collect();
    for (place, option) in scatter.options.iter().enumerate() {
        drawing.begin(&format!("{}: {}; {}; {}", option.name, option.x.told(), option.y.told(), option.standing));
        cross(drawing, option, x, y);
        let at = beside(&taken, taken[place]);
        drawing.text("middle", at.0, at.1, &(place + 1).to_string());
        taken.push((at.0, at.1 - 4.0));
        drawing.end();
    }
    drawing.y = top + HEIGHT + 2.5 * LINE;
}

fn axes(drawing: &mut Drawing, scatter: &Scatter, (x, y): (Scale, Scale), top: f64) {
    let bottom = top + HEIGHT;
    let titled =
        |title: &str, scale: Scale| if scale.is_log { format!("{title}, by powers of ten") } else { title.to_owned() };
    drawing.text(
        "part",
        MARGIN,
        top - 12.0,
        &fitted(&format!("↑ {}", titled(&scatter.y.title, y)), WIDTH - 2.0 * MARGIN),
    );
    for tick in x.ticks() {
        drawing.line("grid", (x.place(tick), top), (x.place(tick), bottom));
        drawing.text("soft middle", x.place(tick), bottom + 15.0, &rounded(tick));
    }
    for tick in y.ticks() {
        drawing.line("grid", (LEFT, y.place(tick)), (RIGHT, y.place(tick)));
        drawing.text("soft end", LEFT - 8.0, y.place(tick) + 4.0, &rounded(tick));
    }
    let title = fitted(&format!("→ {}", titled(&scatter.x.title, x)), WIDTH - 2.0 * MARGIN);
    drawing.text("part", LEFT, bottom + 2.0 * LINE, &title);
}

/// Where an option is: at its figures, else in the middle of its ranges.
fn centre(option: &Placed, x: Scale, y: Scale) -> (f64, f64) {
    let of = |place: &Place, scale: Scale| {
        let middle = (scale.place(place.low) + scale.place(place.high)) / 2.0;
        place.value.map_or(middle, |value| scale.place(value))
    };
    (of(&option.x, x), of(&option.y, y))
}

/// The ranges of an option, and its mark where both its figures are known; else only the room in which it lies.
fn cross(drawing: &mut Drawing, option: &Placed, x: Scale, y: Scale) {
    let (left, right) = (x.place(option.x.low), x.place(option.x.high));
    let (low, high) = (y.place(option.y.low), y.place(option.y.high));
    let (at_x, at_y) = centre(option, x, y);
    if !option.is_point() {
        return drawing.bar("bounds", (left, high), (right, low));
    }
    if option.x.kind.is_some() {
        drawing.line("range", (left, at_y), (right, at_y));
    }
    if option.y.kind.is_some() {
        drawing.line("range", (at_x, low), (at_x, high));
    }
    drawing.mark(option.mark, at_x, at_y);
}

/// A place beside a mark that nothing has taken yet, if there is one.
fn beside(taken: &[(f64, f64)], mark: (f64, f64)) -> (f64, f64) {
    let places = BESIDE.map(|(right, down)| (mark.0 + right, mark.1 + down));
    let is_free = |place: &&(f64, f64)| {
        taken.iter().all(|other| (other.0 - place.0).abs() > APART || (other.1 - (place.1 - 4.0)).abs() > APART - 3.0)
    };
    *places.iter().find(is_free).unwrap_or(&places[0])
}

fn listed(drawing: &mut Drawing, number: usize, option: &Placed) {
    drawing.begin(&format!("{}: {}; {}", option.name, option.x.told(), option.y.told()));
    drawing.y += LINE + 2.0;
    drawing.text("end", MARGIN + 22.0, drawing.y, &number.to_string());
    drawing.mark(option.mark, MARGIN + 38.0, drawing.y - 4.0);
    drawing.text("name-of", MARGIN + 52.0, drawing.y, &fitted(&option.name, 190.0));
    drawing.text("value", 270.0, drawing.y, &fitted(&in_words(&option.x), 170.0));
    drawing.text("value", 450.0, drawing.y, &fitted(&in_words(&option.y), 170.0));
    drawing.text("soft", 630.0, drawing.y, &fitted(&option.standing, WIDTH - 630.0 - MARGIN));
    let missing = [&option.x, &option.y].into_iter().filter_map(|place| place.unknown.as_deref());
    for line in missing.flat_map(|why| wrapped(why, WIDTH - 270.0 - MARGIN, 2)) {
        drawing.y += LINE;
        drawing.text("soft", 270.0, drawing.y, &line);
    }
    drawing.end();
}

/// `48, 42.52 to 54.19`.
fn in_words(place: &Place) -> String {
    let value = place.value.map_or_else(|| "unknown".to_owned(), rounded);
    let ends = place.kind.as_ref().map(|_| format!(", {} to {}", rounded(place.low), rounded(place.high)));
    value + &ends.unwrap_or_default()
}

fn unplaced(drawing: &mut Drawing, scatter: &Scatter) {
    if scatter.unplaced.is_empty() {
        return;
    }
    drawing.y += 2.0 * LINE;
    drawing.text("part", MARGIN, drawing.y, "Not drawn: nobody knows where they would stand");
    for (name, why) in &scatter.unplaced {
        drawing.begin(&format!("{name}: {why}"));
        drawing.text("label", MARGIN, drawing.y + LINE + 2.0, &fitted(name, 240.0));
        for line in wrapped(why, WIDTH - 270.0 - MARGIN, 2) {
            drawing.y += LINE;
            drawing.text("soft", 270.0, drawing.y + 2.0, &line);
        }
        drawing.end();
    }
    if scatter.more_unplaced > 0 {
        drawing.paragraph(&format!("and {} more that cannot be drawn: the table has them", scatter.more_unplaced));
    }
}
