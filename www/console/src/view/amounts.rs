//! Numbers and money, as the owner's language writes them.

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

pub(crate) fn money(of: &Amount) -> String {
    let (format, digits) = of_currency(&of.currency);
    called(&format.format(), &decimal(of.amount, digits).into())
}

/// How many digits the minor unit of a currency has.
pub(crate) fn digits(currency: &str) -> usize {
    of_currency(currency).1
}

fn of_currency(currency: &str) -> (js_sys::Intl::NumberFormat, usize) {
    let options = settings(&[("style", "currency".into()), ("currency", currency.into())]);
    // How many minor units one of a currency has is ISO 4217's, and every engine knows it.
    let format = js_sys::Intl::NumberFormat::new(&js_sys::Array::new(), &options);
    let digits = js_sys::Reflect::get(&format.resolved_options(), &"maximumFractionDigits".into());
    let digits = digits.ok().and_then(|digits| digits.as_f64()).map_or(2, |digits| {
        if digits >= 3.0 {
            3
        } else if digits >= 1.0 {
            2
        } else {
            0
        }
    });
    (format, digits)
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
    use super::decimal;

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
