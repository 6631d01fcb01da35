//! Money: a whole number of minor units and a currency. No float comes near it, and no cent is made or lost.
//!
//! Bounds: ±(2^53 − 1), so that every amount survives a JSON number in any language.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;

/// The largest amount, 2^53 − 1 minor units.
pub const LARGEST: i64 = 9_007_199_254_740_991;

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("a currency is three capital letters of ISO 4217, such as USD")]
    UnknownCurrency,
    #[error("an amount lies between -9007199254740991 and 9007199254740991 minor units")]
    OutOfBounds,
    #[error("these amounts are in two currencies")]
    CurrenciesDiffer,
    #[error("a percentage is written like \"12.5\", from 0 to 1000 with up to four decimals")]
    BadPercent,
}

impl Currency {
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(text).ok_or(MoneyError::UnknownCurrency)?;
        <[u8; 3]>::try_from(text.as_bytes()).map(Self).map_err(|_| MoneyError::UnknownCurrency)
    }

    /// Every currency that there is, in their order.
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<Currency>> = OnceLock::new();
        ALL.get_or_init(|| {
            let letters = || b'A'..=b'Z';
            let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
            codes.filter_map(|code| Self::parse(std::str::from_utf8(&code).ok()?).ok()).collect()
        })
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits behind the point: 2 for USD, 0 for JPY, 3 for KWD.
    pub fn exponent(&self) -> u16 {
        iso_currency::Currency::from_code(self.as_str()).and_then(iso_currency::Currency::exponent).unwrap_or(0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// An amount in minor units, within the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Money {
    amount: i64,
    currency: Currency,
}

impl Money {
    pub fn new(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        if (-LARGEST..=LARGEST).contains(&amount) {
            Ok(Self { amount, currency })
        } else {
            Err(MoneyError::OutOfBounds)
        }
    }

    pub const fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    pub const fn amount(&self) -> i64 {
        self.amount
    }

    pub const fn currency(&self) -> Currency {
        self.currency
    }

    pub fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrenciesDiffer);
        }
        Self::new(self.amount.saturating_add(other.amount), self.currency)
    }

    #[must_use]
    pub const fn negated(&self) -> Self {
        Self { amount: -self.amount, currency: self.currency }
    }

    /// This amount × `numerator` ÷ `denominator`, rounded half away from zero. A denominator of zero gives zero.
    pub fn times(&self, numerator: i64, denominator: i64) -> Result<Self, MoneyError> {
        let amount = round_half_away(i128::from(self.amount) * i128::from(numerator), i128::from(denominator));
        Self::new(i64::try_from(amount).map_err(|_| MoneyError::OutOfBounds)?, self.currency)
    }

    /// Shares of this amount by weight that sum to it exactly: each gets its whole part, and the minor units that are
    /// left go to the largest remainders, the earlier first. Weights that are all zero give everything to nobody:
    /// an empty list.
    pub fn split(&self, weights: &[u32]) -> Vec<Self> {
        let whole: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        if whole == 0 {
            return Vec::new();
        }
        let sign = i128::from(self.amount.signum());
        let size = i128::from(self.amount).abs();
        let mut shares: Vec<(i128, i128)> =
            weights.iter().map(|w| (size * i128::from(*w) / whole, size * i128::from(*w) % whole)).collect();
        let mut left = size - shares.iter().map(|(share, _)| share).sum::<i128>();
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(shares.get(*at).map_or(0, |(_, remainder)| *remainder)));
        for at in order {
            if left == 0 {
                break;
            }
            if let Some((share, _)) = shares.get_mut(at) {
                *share += 1;
                left -= 1;
            }
        }
        shares
            .into_iter()
            .map(|(share, _)| Self { amount: i64::try_from(sign * share).unwrap_or(0), currency: self.currency })
            .collect()
    }
}

/// `1234` USD as `12.34 USD`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = u32::from(self.currency.exponent());
        let unit = 10_u64.pow(exponent);
        let size = self.amount.unsigned_abs();
        let sign = if self.amount < 0 { "-" } else { "" };
        if exponent == 0 {
            return write!(f, "{sign}{size} {}", self.currency);
        }
        let width = exponent as usize;
        write!(f, "{sign}{}.{:0width$} {}", size / unit, size % unit, self.currency)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            amount: i64,
            currency: Currency,
        }
        let wire = Wire::deserialize(from)?;
        Self::new(wire.amount, wire.currency).map_err(serde::de::Error::custom)
    }
}

fn round_half_away(numerator: i128, denominator: i128) -> i128 {
    if denominator == 0 {
        return 0;
    }
    let (n, d) = if denominator < 0 { (-numerator, -denominator) } else { (numerator, denominator) };
    let size = (n.abs() * 2 + d) / (d * 2);
    if n < 0 { -size } else { size }
}

/// A percentage, exact to four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(u32);

impl Percent {
    /// From text such as `"12.5"`; 0 to 1000.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || whole.len() > 4 || decimals.len() > 4 {
            return Err(MoneyError::BadPercent);
        }
        let whole: u32 = whole.parse().map_err(|_| MoneyError::BadPercent)?;
        let parts: u32 = format!("{decimals:0<4}").parse().map_err(|_| MoneyError::BadPercent)?;
        let all = whole * 10_000 + parts;
        if all > 10_000_000 { Err(MoneyError::BadPercent) } else { Ok(Self(all)) }
    }

    /// Whether this is more than the whole of an amount.
    pub const fn exceeds_the_whole(self) -> bool {
        self.0 > 1_000_000
    }

    /// This share of an amount, rounded half away from zero.
    pub fn of(&self, money: &Money) -> Result<Money, MoneyError> {
        money.times(i64::from(self.0), 1_000_000)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
#[path = "money_tests.rs"]
mod tests;
