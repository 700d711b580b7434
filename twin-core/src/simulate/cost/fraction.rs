//! An exact part of a whole.

use std::fmt;
use std::str::FromStr;

use crate::base::{Error, ErrorKind, Result, shortened};

/// A fraction that is not negative, such as 2/9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u64,
    denominator: u64,
}

impl Fraction {
    /// So many parts of so many.
    ///
    /// # Errors
    /// `Invalid` if the denominator is 0.
    pub fn new(numerator: u64, denominator: u64) -> Result<Self> {
        match denominator {
            0 => Err(Error::new(ErrorKind::Invalid, format!("{numerator}/0 is no fraction: name the whole"))),
            _ => Ok(Fraction { numerator, denominator }),
        }
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The nearest floating-point number, or one beside it.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// The exact sum in lowest terms, as numerator and denominator; `None` if it takes more than 128 bits.
    pub(super) fn sum(parts: impl IntoIterator<Item = Fraction>) -> Option<(u128, u128)> {
        parts.into_iter().try_fold((0, 1), |(numerator, denominator): (u128, u128), part| {
            let (more, of) = (u128::from(part.numerator), u128::from(part.denominator));
            let shared = greatest_common_divisor(denominator, of);
            let left = numerator.checked_mul(of / shared)?;
            let right = more.checked_mul(denominator / shared)?;
            let (sum, of) = (left.checked_add(right)?, denominator.checked_mul(of / shared)?);
            let shared = greatest_common_divisor(sum, of);
            Some((sum / shared, of / shared))
        })
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl FromStr for Fraction {
    type Err = Error;

    /// Reads `2/9`, or a whole number.
    fn from_str(text: &str) -> Result<Self> {
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let number = |text: &str| {
            text.trim().parse::<u64>().map_err(|error| {
                let told = format!("\"{}\" is no fraction: write it like 2/9", shortened(text));
                Error::new(ErrorKind::Invalid, told).because(error)
            })
        };
        Fraction::new(number(numerator)?, number(denominator)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(parts: &[&str]) -> Option<(u128, u128)> {
        Fraction::sum(parts.iter().map(|part| part.parse().expect("a fraction")))
    }

    #[test]
    fn sums_are_exact_and_in_lowest_terms() {
        assert_eq!(sum(&[]), Some((0, 1)));
        assert_eq!(sum(&["1/3", " 1 / 6 ", "1/2"]), Some((1, 1)));
        assert_eq!(sum(&["2/4", "0/7", "3"]), Some((7, 2)));
        let (large, larger) = (format!("1/{}", u64::MAX), format!("1/{}", u64::MAX - 1));
        assert_eq!(sum(&[&large, &larger, &format!("1/{}", u64::MAX - 2)]), None);
    }

    #[test]
    fn what_is_no_fraction_is_refused() {
        for text in ["", "x", "1/0", "-1/2", "1/2/3", "0.5"] {
            assert_eq!(text.parse::<Fraction>().expect_err(text).kind(), ErrorKind::Invalid, "{text}");
        }
    }
}
