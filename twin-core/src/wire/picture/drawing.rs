//! An SVG while it is drawn: it needs no script, no style sheet and no other file, and reads on light and on dark ground.

use std::fmt::Write;

use crate::wire::escape::html;

/// How wide a picture is.
pub(super) const WIDTH: f64 = 920.0;
/// The room at the edges.
pub(super) const MARGIN: f64 = 16.0;
/// How wide a letter is taken to be; of scripts that are written in squares, twice as much.
const LETTER: f64 = 6.7;
/// How high a line of text is.
pub(super) const LINE: f64 = 17.0;

const STYLE: &str = include_str!("picture.css");

/// A picture from the top down.
pub(super) struct Drawing {
    body: String,
    /// Where the next thing goes.
    pub y: f64,
}

impl Drawing {
    /// With its heading, and lines beneath it.
    pub fn new(heading: &str, lines: &[String]) -> Drawing {
        let mut drawing = Drawing { body: String::new(), y: MARGIN + 14.0 };
        drawing.text("name", MARGIN, drawing.y, &fitted(heading, (WIDTH - 2.0 * MARGIN) * 0.75));
        drawing.y += 6.0;
        lines.iter().for_each(|line| drawing.paragraph(line));
        drawing.y += 8.0;
        drawing
    }

    /// A line of text over the whole width, on further lines where it does not fit.
    pub fn paragraph(&mut self, text: &str) {
        for line in wrapped(text, WIDTH - 2.0 * MARGIN, 3) {
            self.y += LINE;
            self.text("soft", MARGIN, self.y, &line);
        }
    }

    /// Text that begins at a place; `end` and `middle` among the classes put it elsewhere.
    pub fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.push(format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", html(text)));
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.push(format_args!("<path class=\"{class}\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>"));
    }

    /// A box between two corners.
    pub fn bar(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x, y) = (from.0.min(to.0), from.1.min(to.1));
        let (width, height) = ((to.0 - from.0).abs().max(1.0), (to.1 - from.1).abs().max(1.0));
        self.push(format_args!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        ));
    }

    /// A mark around a place.
    pub fn mark(&mut self, mark: Mark, x: f64, y: f64) {
        let (class, path) = match mark {
            Mark::Before => ("before", format!("M{:.1} {y:.1}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z", x - 6.0)),
            Mark::After => ("after", format!("M{x:.1} {:.1}l4.5 4.5l-4.5 4.5l-4.5 -4.5z", y - 4.5)),
            Mark::Likely => ("likely", format!("M{x:.1} {:.1}v18", y - 9.0)),
            Mark::Best => ("best", format!("M{:.1} {y:.1}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z", x - 6.0)),
            Mark::Behind => ("behind", format!("M{:.1} {:.1}h10v10h-10z", x - 5.0, y - 5.0)),
            Mark::Unranked => ("unranked", format!("M{x:.1} {:.1}l6 11h-12z", y - 7.0)),
            Mark::Beaten => ("beaten", format!("M{:.1} {:.1}l10 10m0 -10l-10 10", x - 5.0, y - 5.0)),
        };
        self.push(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
    }

    /// Begins a group that says more when it is pointed at.
    pub fn begin(&mut self, title: &str) {
        self.push(format_args!("<g><title>{}</title>", html(title)));
    }

    /// Ends the group.
    pub fn end(&mut self) {
        self.body.push_str("</g>\n");
    }

    /// The whole picture. Readers of screens are told the title and the description.
    pub fn finish(self, title: &str, description: &str) -> String {
        let height = self.y + MARGIN;
        let (title, description) = (html(&fitted(title, WIDTH)), html(description));
        let parts = [
            format!(
                "<svg class=\"twin-picture\" role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" width=\"{WIDTH:.0}\" height=\"{height:.0}\" xmlns=\"http://www.w3.org/2000/svg\">\n"
            ),
            format!("<title>{title}</title>\n<desc>{description}</desc>\n<style>\n{STYLE}</style>\n"),
            format!("<rect class=\"ground\" width=\"{WIDTH:.0}\" height=\"{height:.0}\" rx=\"8\"/>\n"),
            self.body,
            "</svg>\n".to_owned(),
        ];
        parts.concat()
    }

    /// Writing to a string cannot fail.
    fn push(&mut self, what: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(what);
        self.body.push('\n');
    }
}

/// What stands at a place: each has a form of its own, so that nobody needs to tell colours apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A ring: as it is.
    Before,
    /// A diamond: as it would be.
    After,
    /// A line from above to below: what a measurement will likely show.
    Likely,
    /// A disc: no option is better.
    Best,
    /// An empty square: another option is better by the figures.
    Behind,
    /// An empty triangle: something is not known by which it would be ranked.
    Unranked,
    /// A cross: another option is at least as good whatever the truth.
    Beaten,
}

fn width_of(letter: char) -> usize {
    if letter >= '\u{1100}' { 2 } else { 1 }
}

/// How many letters have room.
fn letters(room: f64) -> usize {
    (room / LETTER + 1e-6).floor() as usize
}

/// The text as far as it fits into some room.
pub(super) fn fitted(text: &str, room: f64) -> String {
    let room = letters(room);
    let (mut used, mut cut) = (0, 0);
    for (place, letter) in text.char_indices() {
        used += width_of(letter);
        if used > room {
            return format!("{}…", &text[..cut]);
        }
        if used < room {
            cut = place + letter.len_utf8();
        }
    }
    text.to_owned()
}

/// The text on so many lines at most, cut where it is longer still.
pub(super) fn wrapped(text: &str, room: f64, lines: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    for word in text.split_whitespace() {
        let last = all.last_mut().map(std::mem::take).unwrap_or_default();
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        let is_full = !last.is_empty() && longer.chars().map(width_of).sum::<usize>() > letters(room);
        if is_full && all.len() < lines {
            all.pop();
            all.extend([last, word.to_owned()]);
        } else if is_full {
            all.pop();
            all.push(fitted(&longer, room));
            break;
        } else {
            all.pop();
            all.push(longer);
        }
    }
    all.iter().map(|line| fitted(line, room)).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_to_their_room() {
        assert_eq!(fitted("short", 100.0), "short");
        assert_eq!(fitted(&"x".repeat(1 << 16), 10.0 * LETTER), "x".repeat(9) + "…");
        assert_eq!(fitted("雪雪雪雪", 4.0 * LETTER), "雪…");
        assert_eq!(fitted("", 10.0), "");
        assert_eq!(wrapped("one two three four", 8.0 * LETTER, 3), ["one two", "three", "four"]);
        assert_eq!(wrapped("one two three four", 8.0 * LETTER, 2), ["one two", "three f…"]);
        assert_eq!(wrapped("unbreakable", 5.0 * LETTER, 2), ["unbr…"]);
        assert!(wrapped(" ", 9.0, 2).is_empty());
    }
}
