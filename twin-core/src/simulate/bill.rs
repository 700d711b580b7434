//! What several things are billed together.

use crate::simulate::comparison::Dimension;
use crate::simulate::told::FigureTold;

/// A sum of bills, or of what changes in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Billed {
    /// The sum, if all of it is known.
    pub value: Option<f64>,
    /// Between which ends it lies, as far as known.
    pub range: Option<[f64; 2]>,
    /// Why it is not known, or not all of it.
    pub unknown: Option<String>,
    /// In which currency, if there is a bill at all.
    pub currency: Option<String>,
}

/// Between which ends a figure lies, and the figure, if it is known.
pub(super) type Told = ([f64; 2], Option<f64>);

/// What all figures of cost come to together, in one currency; nothing at all is 0. O(figures).
pub(super) fn billed<'f>(
    figures: impl Iterator<Item = &'f FigureTold>,
    currency: Option<&str>,
    told: impl Fn(&FigureTold) -> Result<Told, String>,
) -> Billed {
    let nothing = Billed { value: Some(0.0), range: Some([0.0, 0.0]), ..Billed::default() };
    let mut sum = Billed { currency: currency.map(str::to_owned), ..nothing };
    for figure in figures.filter(|figure| figure.dimension == Dimension::Cost) {
        let (ends, value) = match told(figure) {
            Ok(told) => told,
            Err(why) => return Billed { unknown: Some(why), currency: sum.currency, ..Billed::default() },
        };
        let known = sum.currency.get_or_insert_with(|| figure.unit.clone());
        if *known != figure.unit {
            let why = format!("bills are in {known} and {}, and no rates were read", figure.unit);
            return Billed { unknown: Some(why), currency: sum.currency, ..Billed::default() };
        }
        sum.value = sum.value.zip(value).map(|(sum, value)| sum + value);
        sum.range = sum.range.map(|[low, high]| [low + ends[0], high + ends[1]]);
        sum.unknown = sum.unknown.or_else(|| figure.unknown.clone());
    }
    sum
}

impl FigureTold {
    /// What is billed after the changes.
    pub(super) fn then(&self) -> Result<Told, String> {
        let ends = self.range().ok_or_else(|| {
            let why = self.unknown.as_deref().unwrap_or("nobody says why");
            format!("what {} will cost is not known: {why}", self.billed_for())
        })?;
        Ok((ends, self.scenario))
    }

    /// By how much what is billed changes.
    pub(super) fn more(&self) -> Result<Told, String> {
        let ([low, high], value) = self.then()?;
        let now = self.baseline.ok_or_else(|| format!("what {} is billed now was not read", self.billed_for()))?;
        Ok(([low - now, high - now], value.map(|value| value - now)))
    }

    fn billed_for(&self) -> &str {
        self.about.as_ref().map_or("all that changes", |about| &about.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::comparison::Basis;

    fn figure(unit: &str, now: f64, then: f64) -> FigureTold {
        FigureTold {
            dimension: Dimension::Cost,
            about: None,
            detail: None,
            unit: unit.to_owned(),
            baseline: Some(now),
            scenario: Some(then),
            likely: None,
            delta: Some(then - now),
            baseline_interval: None,
            delta_interval: None,
            interval: None,
            basis: Basis::Declared,
            unknown: None,
        }
    }

    #[test]
    fn bills_add_up_in_one_currency() {
        let (a, b, other) = (figure("EUR", 10.0, 12.0), figure("EUR", 5.0, 2.0), figure("USD", 1.0, 1.0));
        let of = |figures: &[&FigureTold], told: fn(&FigureTold) -> Result<Told, String>| {
            billed(figures.iter().copied(), None, told)
        };
        let then = of(&[&a, &b], FigureTold::then);
        assert_eq!((then.value, then.range, then.currency.as_deref()), (Some(14.0), Some([14.0, 14.0]), Some("EUR")));
        assert_eq!(of(&[&a, &b], FigureTold::more).value, Some(-1.0));
        assert_eq!(of(&[], FigureTold::more).value, Some(0.0));
        let mixed = of(&[&a, &other], FigureTold::then);
        assert!(mixed.value.is_none() && mixed.unknown.is_some_and(|why| why.contains("EUR and USD")));
        let other_budget = billed([&a].into_iter(), Some("USD"), FigureTold::then);
        assert!(other_budget.value.is_none() && other_budget.unknown.is_some_and(|why| why.contains("USD and EUR")));
        let unread = FigureTold { baseline: None, ..a.clone() };
        assert_eq!(of(&[&unread], FigureTold::then).value, Some(12.0));
        let why = of(&[&unread], FigureTold::more).unknown.expect("what is billed now is not known");
        assert_eq!(why, "what all that changes is billed now was not read");
        let open = FigureTold { scenario: None, unknown: Some("no price".to_owned()), ..a };
        assert_eq!(
            of(&[&b, &open], FigureTold::then).unknown.as_deref(),
            Some("what all that changes will cost is not known: no price")
        );
    }
}
