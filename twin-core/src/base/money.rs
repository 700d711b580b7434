//! Money: an exact decimal amount in one currency.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// An amount in a currency (ISO 4217, or the name of a virtual currency as the bill writes it). Amounts are exact decimals:
/// the sum of a bill's lines does not depend on their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The currency's code.
    pub currency: String,
    /// The amount in units of the currency.
    pub amount: Amount,
}

/// An exact decimal number, written in JSON as a string.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Amount(#[schemars(with = "String")] Decimal);

impl Amount {
    /// Reads a decimal such as `-12.50` or `8e-7`. `None` if the text is no number or needs more than 28 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let decimal = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()?;
        Some(Amount(decimal.normalize()))
    }

    /// The nearest floating-point number.
    pub fn to_f64(self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    /// Whether it is below 0.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }

    /// The sum; `None` if it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(|sum| Amount(sum.normalize()))
    }

    /// The difference; `None` if it does not fit.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(|difference| Amount(difference.normalize()))
    }

    /// The product, rounded to 28 digits; `None` if it does not fit.
    pub fn times(self, other: Self) -> Option<Self> {
        self.0.checked_mul(other.0).map(|product| Amount(product.normalize()))
    }

    /// The quotient, rounded to 28 digits; `None` if it does not fit or the divisor is 0.
    pub fn over(self, divisor: Self) -> Option<Self> {
        self.0.checked_div(divisor.0).map(|quotient| Amount(quotient.normalize()))
    }

    /// The number with its digits after the point as they are, for whoever writes it down.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.serialize()
    }

    /// The number that was written down so.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Amount(Decimal::deserialize(bytes))
    }
}

impl Money {
    /// Reads a decimal such as `-12.50` or `8e-7`. `None` if the text is no number or needs more than 28 digits.
    pub fn parse(amount: &str, currency: &str) -> Option<Self> {
        Some(Money { amount: Amount::parse(amount)?, currency: currency.to_owned() })
    }

    /// Nothing, in `currency`.
    pub fn zero(currency: &str) -> Self {
        Money { amount: Amount::default(), currency: currency.to_owned() }
    }

    /// The sum with another amount; `None` if the currencies differ or the sum does not fit.
    pub fn plus(&self, other: &Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money { amount: self.amount.plus(other.amount)?, currency: self.currency.clone() })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}
