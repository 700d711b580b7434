//! Money: an exact decimal amount in one currency.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An amount in a currency (ISO 4217, or the name of a virtual currency as the bill writes it). Amounts are exact decimals:
/// the sum of a bill's lines does not depend on their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// The nearest number of floating point, for figures that are compared and not added up.
    pub fn to_f64(self) -> f64 {
        self.0.to_string().parse().unwrap_or(f64::NAN)
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
        let amount = amount.trim();
        let decimal = Decimal::from_str_exact(amount).or_else(|_| Decimal::from_scientific(amount)).ok()?;
        Some(Money { amount: Amount(decimal.normalize()), currency: currency.to_owned() })
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
        let sum = self.amount.0.checked_add(other.amount.0)?.normalize();
        Some(Money { amount: Amount(sum), currency: self.currency.clone() })
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
