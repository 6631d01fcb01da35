//! Numbers and money, as the owner's language writes them.

use honeyguide_domain::money::Currency;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::{JsCast as _, JsValue};

/// Whole minor units of a currency, as the API tells money.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Amount {
    pub(crate) amount: i64,
    pub(crate) currency: String,
}

/// An amount in its place; nothing where there is none.
#[component]
pub(crate) fn Money(#[prop(into)] of: Signal<Option<Amount>>) -> impl IntoView {
    view! { <span class="money">{move || of.get().map(|amount| money(&amount))}</span> }
}

/// A whole number, with the language's separators.
pub(crate) fn whole(number: i64) -> String {
    written(&JsValue::from(js_sys::BigInt::from(number)), &js_sys::Object::new())
}

/// A part of one, as a percentage.
pub(crate) fn percent(part: f64) -> String {
    let options = settings(&[("style", "percent".into()), ("maximumFractionDigits", 1.into())]);
    written(&part.into(), &options)
}

/// A stretch of time, in the largest unit of which there are two at least.
pub(crate) fn lasted(seconds: i64) -> String {
    let (count, unit) = largest(seconds.max(1));
    let options = settings(&[
        ("style", "unit".into()),
        ("unit", unit.into()),
        ("unitDisplay", "long".into()),
        ("maximumFractionDigits", 0.into()),
    ]);
    written(&JsValue::from(js_sys::BigInt::from(count)), &options)
}

fn largest(seconds: i64) -> (i64, &'static str) {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let fits = units.into_iter().find(|(length, _)| seconds >= 2 * length);
    fits.map_or((seconds, "second"), |(length, unit)| ((seconds + length / 2) / length, unit))
}

pub(crate) fn money(of: &Amount) -> String {
    let digits = digits(&of.currency);
    let exactly = u32::try_from(digits).unwrap_or(2);
    let options = settings(&[
        ("style", "currency".into()),
        ("currency", of.currency.as_str().into()),
        ("minimumFractionDigits", exactly.into()),
        ("maximumFractionDigits", exactly.into()),
    ]);
    let format = js_sys::Intl::NumberFormat::new(&js_sys::Array::new(), &options);
    called(&format.format(), &decimal(of.amount, digits).into())
}

/// How many digits the minor units of a currency have: as the ledger reckons, whatever a browser believes.
pub(crate) fn digits(currency: &str) -> usize {
    Currency::parse(currency).map_or(2, |currency| usize::from(currency.exponent()))
}

/// The minor units of what somebody typed, such as `12.5` or `12,50`; none where it isn't an amount.
pub(crate) fn minor(text: &str, digits: usize) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let (units, rest) = text.split_once('.').unwrap_or((&text, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() || !plain(units) || !plain(rest) || rest.len() > digits {
        return None;
    }
    format!("{units}{rest:0<digits$}").parse().ok()
}

/// An amount as a decimal number, exact whatever its size: 1234 with 2 digits is `12.34`.
pub(crate) fn decimal(amount: i64, digits: usize) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let all = format!("{:0>width$}", amount.unsigned_abs(), width = digits + 1);
    let (units, rest) = all.split_at(all.len() - digits);
    if rest.is_empty() { format!("{sign}{units}") } else { format!("{sign}{units}.{rest}") }
}

fn settings(pairs: &[(&str, JsValue)]) -> js_sys::Object {
    let options = js_sys::Object::new();
    for (name, value) in pairs {
        let _set = js_sys::Reflect::set(&options, &(*name).into(), value);
    }
    options
}

fn written(value: &JsValue, options: &js_sys::Object) -> String {
    called(&js_sys::Intl::NumberFormat::new(&js_sys::Array::new(), options).format(), value)
}

fn called(format: &js_sys::Function, value: &JsValue) -> String {
    let text = format.call1(&JsValue::UNDEFINED, value).ok();
    text.and_then(|text| text.dyn_into::<js_sys::JsString>().ok()).map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{decimal, largest, minor};

    #[test]
    fn a_stretch_of_time_is_told_in_a_unit_that_fits() {
        for (seconds, expected) in [
            (0, (0, "second")),
            (119, (119, "second")),
            (150, (3, "minute")),
            (7_200, (2, "hour")),
            (172_799, (48, "hour")),
            (864_000, (10, "day")),
        ] {
            assert_eq!(largest(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn what_is_typed_is_whole_minor_units_or_nothing() {
        for (text, digits, expected) in [
            ("12.5", 2, Some(1_250)),
            (" 12,50 ", 2, Some(1_250)),
            ("12", 2, Some(1_200)),
            ("12.", 2, Some(1_200)),
            ("500", 0, Some(500)),
            ("0.005", 3, Some(5)),
            ("12.345", 2, None),
            ("1,234.50", 2, None),
            ("-1", 2, None),
            ("", 2, None),
            ("ten", 2, None),
            (".5", 2, None),
            ("1e3", 2, None),
            ("5.0", 0, None),
            ("90071992547409.91", 2, Some(9_007_199_254_740_991)),
            ("99999999999999999999", 2, None),
        ] {
            assert_eq!(minor(text, digits), expected, "{text}");
        }
    }

    #[test]
    fn minor_units_are_written_exactly() {
        for (amount, digits, expected) in [
            (1_234, 2, "12.34"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (500, 0, "500"),
            (0, 3, "0.000"),
            (9_007_199_254_740_991, 2, "90071992547409.91"),
        ] {
            assert_eq!(decimal(amount, digits), expected);
        }
    }
}
