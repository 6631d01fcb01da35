//! Vendors' JSON, read leniently: they add fields whenever they like, and what isn't asked for isn't looked at.

use crate::money::{Currency, Money};
use crate::person::Email;
use crate::time::Timestamp;
use crate::wire::conversions::AttributionRef;
use serde_json::Value;

/// A document of a vendor's, and places in it.
#[derive(Debug, Clone, Copy)]
pub struct Payload<'a>(pub &'a Value);

impl<'a> Payload<'a> {
    /// What is at a place such as `customer_details/email`; null where there is nothing.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        const NOTHING: &Value = &Value::Null;
        let step = |value: &'a Value, name: &str| match value {
            Value::Array(items) => name.parse().ok().and_then(|at: usize| items.get(at)),
            value => value.get(name),
        };
        Self(path.split('/').filter(|name| !name.is_empty()).try_fold(self.0, step).unwrap_or(NOTHING))
    }

    /// A text that isn't empty, without its ends' blanks.
    pub fn text(self, path: &str) -> Option<&'a str> {
        self.at(path).0.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// An id: a text, a whole number, or the `id` of what was expanded in its place.
    pub fn id(self, path: &str) -> Option<String> {
        let found = self.at(path);
        match found.0 {
            Value::Object(_) => found.id("id"),
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(path).filter(|text| text.len() <= 255).map(str::to_owned),
        }
    }

    pub fn number(self, path: &str) -> Option<i64> {
        self.at(path).0.as_i64()
    }

    pub fn flag(self, path: &str) -> bool {
        self.at(path).0.as_bool().unwrap_or(false)
    }

    pub fn items(self, path: &str) -> impl Iterator<Item = Self> + 'a {
        self.at(path).0.as_array().into_iter().flatten().map(Self)
    }

    pub fn email(self, path: &str) -> Option<Email> {
        Email::parse(self.text(path)?).ok()
    }

    /// Seconds since 1970.
    pub fn seconds(self, path: &str) -> Option<Timestamp> {
        self.number(path).map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1_000)))
    }

    /// RFC 3339.
    pub fn time(self, path: &str) -> Option<Timestamp> {
        Timestamp::parse(self.text(path)?).ok()
    }
}

/// The names under which a shop hands on what it knows of the visit: metadata, cart attributes. Shops that hide an
/// attribute from the customer put underscores before it.
pub fn attribution<'a>(named: impl Fn(&str) -> Option<&'a str>) -> AttributionRef {
    let given = |name: &str| named(name).filter(|text| text.len() <= 1_000).map(str::to_owned);
    AttributionRef {
        reference: given("honeyguide_reference"),
        code: given("honeyguide_code"),
        coupon: given("honeyguide_coupon"),
        touch: given("honeyguide_touch"),
        ..AttributionRef::default()
    }
}

/// A decimal text such as `"12.50"`, in minor units; none where it has more decimals than the currency.
pub fn decimal(text: &str, currency: Currency) -> Option<Money> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(decimals) {
        return None;
    }
    let places = usize::from(currency.exponent());
    let (kept, rest) = decimals.split_at(decimals.len().min(places));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let amount: i64 = format!("{whole}{kept:0<places$}").parse().ok()?;
    Money::new(sign * amount, currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_minor_units_or_nothing() {
        for (text, currency, amount) in [
            ("12.50", "USD", Some(1_250)),
            ("12.5", "USD", Some(1_250)),
            ("12", "USD", Some(1_200)),
            ("0.00", "USD", Some(0)),
            ("-0.07", "USD", Some(-7)),
            ("1000", "JPY", Some(1_000)),
            ("1000.00", "JPY", Some(1_000)),
            ("1.234", "KWD", Some(1_234)),
            ("12.505", "USD", None),
            ("1.5", "JPY", None),
            ("", "USD", None),
            (".5", "USD", None),
            ("1e3", "USD", None),
            ("99999999999999999999", "USD", None),
        ] {
            let money = decimal(text, Currency::parse(currency).unwrap());
            assert_eq!(money.map(|money| money.amount()), amount, "{text} {currency}");
        }
    }
}
