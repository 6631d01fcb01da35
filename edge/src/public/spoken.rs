//! Numbers, money and days as a language writes them: by the runtime's own `Intl`, which has the CLDR's data.

use honeyguide_domain::money::Money;
use honeyguide_domain::sharepage::Spoken;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::words::Lang;
use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

pub(super) struct Local(pub(super) Lang);

impl Local {
    fn locales(&self) -> Array {
        Array::of1(&JsValue::from_str(self.0.as_str()))
    }

    fn figure(&self, options: &[(&str, JsValue)], number: f64) -> String {
        let format = Intl::NumberFormat::new(&self.locales(), &object(options)).format();
        called(&format, number)
    }
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object takes every field.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

fn called(format: &Function, number: f64) -> String {
    let told = format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(number)).ok().and_then(|told| told.as_string());
    told.unwrap_or_else(|| number.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "amounts and counts lie below 2^53")]
impl Spoken for Local {
    fn number(&self, number: i64) -> String {
        self.figure(&[], number as f64)
    }

    /// With the currency's digits behind the point, or none where they are all zero.
    fn money(&self, money: Money) -> String {
        let whole = 10_i64.pow(u32::from(money.currency().exponent()));
        let options = [
            ("style", JsValue::from_str("currency")),
            ("currency", JsValue::from_str(money.currency().as_str())),
            ("trailingZeroDisplay", JsValue::from_str("stripIfInteger")),
        ];
        self.figure(&options, money.amount() as f64 / whole as f64)
    }

    fn percent(&self, percent: &str) -> String {
        let options = [("style", JsValue::from_str("percent")), ("maximumFractionDigits", JsValue::from_f64(4.0))];
        self.figure(&options, percent.parse::<f64>().unwrap_or(0.0) / 100.0)
    }

    fn day(&self, at: Timestamp) -> String {
        let options = object(&[("dateStyle", JsValue::from_str("medium")), ("timeZone", JsValue::from_str("UTC"))]);
        called(&Intl::DateTimeFormat::new(&self.locales(), &options).format(), at.millis() as f64)
    }
}
