//! Where a number stands in a picture, and how it is written.

/// From which ratio between the largest and the smallest number on, all above zero, places go by powers of ten.
const WIDE: f64 = 50.0;
/// How much room is left beside the outermost numbers, in parts of their span.
const MARGIN: f64 = 0.04;
/// About so many marks stand under an axis.
const TICKS: f64 = 4.0;
/// And never more than so many.
const MOST_TICKS: usize = 12;

/// A line of numbers on a line of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// Whether places go by powers of ten.
    pub is_log: bool,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale that has room for all of some numbers, from one place of the picture to another. It begins at zero unless all numbers are far from it. O(numbers).
    pub fn of(numbers: impl IntoIterator<Item = f64>, from: f64, to: f64) -> Scale {
        let finite = numbers.into_iter().filter(|number| number.is_finite());
        let ends = finite.fold(None, |ends: Option<(f64, f64)>, number| {
            Some(ends.map_or((number, number), |(low, high)| (low.min(number), high.max(number))))
        });
        let (least, most) = ends.unwrap_or((0.0, 1.0));
        if least > 0.0 && most / least > WIDE {
            return Scale { low: least / 1.2, high: most * 1.2, is_log: true, from, to }.bounded();
        }
        let (least, most) = with_zero(least, most);
        let room = if least == most { 1.0 } else { (most * MARGIN - least * MARGIN).abs() };
        let low = if least == 0.0 { 0.0 } else { least - room };
        let high = if most == 0.0 && least < 0.0 { 0.0 } else { most + room };
        Scale { low, high, is_log: false, from, to }.bounded()
    }

    fn bounded(self) -> Scale {
        Scale { low: self.low.clamp(f64::MIN, f64::MAX), high: self.high.clamp(f64::MIN, f64::MAX), ..self }
    }

    /// Where a number stands; beyond the ends, at the end.
    pub fn place(&self, number: f64) -> f64 {
        let share = match self.is_log {
            true => (number.max(f64::MIN_POSITIVE).ln() - self.low.ln()) / (self.high.ln() - self.low.ln()),
            // Halves, so that the span of the largest numbers is one too.
            false => (number / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0),
        };
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.from + share * (self.to - self.from)
    }

    /// Round numbers between the ends, in order.
    pub fn ticks(&self) -> Vec<f64> {
        if self.is_log {
            let first = self.low.log10().ceil() as i32;
            let step = ((self.high.log10() - self.low.log10()) / TICKS).ceil().max(1.0) as i32;
            let powers = (0..).map(|tick: i32| 10_f64.powi(first.saturating_add(step.saturating_mul(tick))));
            return powers.take_while(|tick| *tick <= self.high).take(MOST_TICKS).collect();
        }
        let step = round_step((self.high / TICKS - self.low / TICKS).abs());
        let first = (self.low / step).ceil();
        let ticks = (0..MOST_TICKS).map(|tick| (first + tick as f64) * step + 0.0);
        ticks.take_while(|tick| *tick <= self.high && tick.is_finite()).collect()
    }
}

/// Zero belongs to the picture, unless it would take more room than the numbers.
fn with_zero(least: f64, most: f64) -> (f64, f64) {
    let is_far = (least > 0.0 && least > most - least) || (most < 0.0 && -most > most - least);
    match is_far && least < most {
        true => (least, most),
        false => (least.min(0.0), most.max(0.0)),
    }
}

/// The nearest of 1, 2 and 5 times a power of ten that is not below.
fn round_step(step: f64) -> f64 {
    if !(step.is_finite() && step > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(step.log10().floor());
    let round = [1.0, 2.0, 5.0].into_iter().map(|times| times * power).find(|round| *round >= step);
    round.unwrap_or(10.0 * power).max(f64::MIN_POSITIVE)
}

/// A number for people: four digits that count, a place behind the point below 100,000, and no more than it has.
pub(super) fn rounded(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e12).contains(&size) {
        return signed(number < 0.0, &format!("{size:.2e}"));
    }
    let least = i32::from(size < 1e5);
    let decimals = (3 - size.log10().floor() as i32).clamp(least, 4) as usize;
    let text = format!("{size:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    signed(number < 0.0, &grouped(text))
}

/// A number as it is, unless it would take a line of zeros.
pub(super) fn exact(number: f64) -> String {
    match number == 0.0 || (1e-6..1e15).contains(&number.abs()) {
        true => format!("{}", number + 0.0),
        false => format!("{number:e}"),
    }
}

/// A difference with its sign.
pub(super) fn change(delta: f64) -> String {
    match delta == 0.0 {
        true => "no change".to_owned(),
        false if delta > 0.0 => format!("+{}", rounded(delta)),
        false => rounded(delta),
    }
}

fn signed(is_negative: bool, text: &str) -> String {
    if is_negative { format!("\u{2212}{text}") } else { text.to_owned() }
}

/// Whole numbers of five digits and more in groups of three.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    if whole.len() < 5 {
        return text.to_owned();
    }
    let digits: Vec<char> = whole.chars().collect();
    let groups: Vec<String> = digits.rchunks(3).rev().map(|group| group.iter().collect()).collect();
    groups.join(",") + &rest.map(|rest| format!(".{rest}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (33.0, "33"),
            (39.1, "39.1"),
            (42.76799999999997, "42.77"),
            (0.5750128824220015, "0.575"),
            (0.00012, "0.0001"),
            (0.00001, "1.00e-5"),
            (43200.0, "43,200"),
            (474.768, "474.8"),
            (1234.5, "1234.5"),
            (-15.0, "\u{2212}15"),
            (1234567.8, "1,234,568"),
            (1e300, "1.00e300"),
            (99999.9, "99,999.9"),
            (f64::INFINITY, "inf"),
        ];
        for (number, text) in cases {
            assert_eq!(rounded(number), text);
        }
        assert_eq!([change(0.0), change(15.0), change(-0.5)], ["no change", "+15", "\u{2212}0.5"]);
        assert_eq!([exact(42.51730890426124), exact(-0.0), exact(1e300)], ["42.51730890426124", "0", "1e300"]);
    }

    #[test]
    fn scales_have_room_for_all_and_keep_order() {
        let cases: [&[f64]; 12] = [
            &[],
            &[0.0],
            &[5.0],
            &[-3.0],
            &[0.0, 43200.0, 474.768],
            &[33.0, 48.0, 42.5, 54.2],
            &[100.0, 101.0],
            &[1.0, 2000.0, 30.0],
            &[-1e308, 1e308],
            &[f64::MIN_POSITIVE, f64::MAX],
            &[-7.0, -5.0],
            &[-1.0, 1.0],
        ];
        for numbers in cases {
            let scale = Scale::of(numbers.iter().copied(), 100.0, 400.0);
            let mut sorted = numbers.to_vec();
            sorted.sort_by(f64::total_cmp);
            let places: Vec<f64> = sorted.iter().map(|number| scale.place(*number)).collect();
            assert!(places.iter().all(|place| (100.0..=400.0).contains(place)), "{numbers:?}: {places:?}");
            assert!(places.is_sorted(), "{numbers:?}: {places:?}");
            let ticks = scale.ticks();
            assert!(ticks.len() <= MOST_TICKS && ticks.is_sorted_by(|a, b| a < b), "{numbers:?}: {ticks:?}");
            let inside = |tick: &f64| (scale.low..=scale.high).contains(tick);
            assert!(ticks.iter().all(inside), "{numbers:?}: {ticks:?}");
        }
        assert_eq!(Scale::of([0.0, 43200.0], 0.0, 1.0).ticks(), [0.0, 20000.0, 40000.0]);
        assert_eq!(Scale::of([0.0, f64::NAN, 8.0, f64::INFINITY], 0.0, 1.0).ticks(), [0.0, 5.0]);
        assert!(Scale::of([1.0, 60.0], 0.0, 1.0).is_log && !Scale::of([0.0, 60.0], 0.0, 1.0).is_log);
        assert_eq!(Scale::of([1.0, 1000.0], 0.0, 1.0).ticks(), [1.0, 10.0, 100.0, 1000.0]);
    }
}
