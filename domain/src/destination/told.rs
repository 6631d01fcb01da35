//! An event as adapters read it: the destination's settings, the event's own data, and what was put beside it.

use crate::event::EventKind;
use crate::money::Money;
use crate::time::Timestamp;
use crate::wire::decision::ConsentState;
use crate::wire::destinations::Setting;
use serde_json::{Map, Value};

/// Names among a conversion's properties that say how ad platforms know the visitor. They go to those that they are
/// for, and to no other vendor.
pub const IDENTIFIERS: &[&str] =
    &["event_id", "fbc", "fbp", "ga_client_id", "ga_session_id", "page_url", "phone", "ttclid", "ttp", "user_agent"];

#[derive(Debug)]
pub struct Told<'a> {
    setting: &'a Setting,
    /// The event's own id: the same over all destinations and tries.
    pub id: &'a str,
    pub kind: &'a str,
    /// The moment of this try.
    pub now: Timestamp,
    /// The body as the program wrote it.
    pub text: &'a str,
    pub body: Value,
}

impl<'a> Told<'a> {
    pub fn new(setting: &'a Setting, id: &'a str, kind: &'a str, text: &'a str, now: Timestamp) -> Self {
        Self { setting, id, kind, now, text, body: serde_json::from_str(text).unwrap_or(Value::Null) }
    }

    pub fn is_test(&self) -> bool {
        self.kind == EventKind::Test.as_str()
    }

    /// The destination's whole setting.
    pub fn destination(&self) -> &'a Setting {
        self.setting
    }

    /// A setting's text; empty where it isn't set.
    pub fn setting(&self, name: &str) -> &'a str {
        self.setting.text(name)
    }

    /// A secret; empty where it isn't set.
    pub fn secret(&self, name: &str) -> &'a str {
        self.setting.credentials.get(name).map_or("", String::as_str)
    }

    /// The destination's address and a path under it.
    pub fn under(&self, path: &str) -> String {
        format!("{}{path}", self.setting.url.trim_end_matches('/'))
    }

    /// What stands at a path such as `data.value.amount`.
    pub fn at(&self, path: &str) -> Option<&Value> {
        at(&self.body, path)
    }

    pub fn text_at(&self, path: &str) -> Option<&str> {
        text_at(&self.body, path)
    }

    /// The conversion that the event is, or is of.
    pub fn conversion(&self) -> Option<&Value> {
        let own = self.at("data").filter(|data| data.get("decision").is_some());
        own.or_else(|| self.at("about.conversion")).filter(|conversion| conversion.is_object())
    }

    /// What the decision says of the visitor's consent.
    pub fn consent(&self) -> Option<ConsentState> {
        let state = at(self.conversion()?, "decision.consent")?;
        serde_json::from_value(state.clone()).ok()
    }

    /// Whether the visitor's browser sent Global Privacy Control with any click.
    pub fn gpc(&self) -> bool {
        let decision = self.conversion().and_then(|conversion| conversion.get("decision"));
        let list = |name: &str| decision.and_then(|decision| decision.get(name)).and_then(Value::as_array);
        let signals = list("signals").into_iter().flatten().any(|signal| signal == "gpc");
        let touches = list("touches").into_iter().flatten();
        signals || touches.filter_map(|touch| touch.get("gpc")).any(|gpc| gpc == true)
    }

    /// A text of the conversion, such as `customer.email`.
    pub fn of_conversion(&self, path: &str) -> Option<&str> {
        text_at(self.conversion()?, path)
    }

    /// A property of the conversion, as text.
    pub fn property(&self, name: &str) -> Option<String> {
        match at(self.conversion()?, "properties")?.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The conversion's properties, without those that are one ad platform's.
    pub fn properties(&self) -> Map<String, Value> {
        let given = self.conversion().and_then(|conversion| conversion.get("properties")).and_then(Value::as_object);
        let own = |(name, _): &(&String, &Value)| !IDENTIFIERS.contains(&name.as_str());
        given.into_iter().flatten().filter(own).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// By which the vendor knows the event again: the id that the shop's own page gave it, else the event's.
    pub fn event_id(&self) -> String {
        self.property("event_id").unwrap_or_else(|| self.id.to_owned())
    }

    /// What the event is worth: the sale, or what was refunded, or the reward.
    pub fn value(&self) -> Option<Money> {
        money(self.at("data.value")?)
    }

    /// When it happened.
    pub fn occurred_at(&self) -> Timestamp {
        let at = self.text_at("data.occurred_at").or_else(|| self.text_at("timestamp"));
        at.and_then(|at| Timestamp::parse(at).ok()).unwrap_or(self.now)
    }

    /// What the site calls it: a conversion's own name, else the event's kind.
    pub fn name(&self) -> &str {
        let conversion = self.kind == EventKind::ConversionRecorded.as_str();
        self.text_at("data.event").filter(|_| conversion).unwrap_or(self.kind)
    }

    /// The vendor's name for the event: the owner's choice, else the usual one.
    pub fn named(&self, usual: &[(&str, &str)]) -> Option<String> {
        let chosen = self.setting.settings.get("event_names").and_then(|names| text_at(names, self.name()));
        let usual = || usual.iter().find(|(name, _)| *name == self.name()).map(|(_, usual)| *usual);
        chosen.or_else(usual).map(str::to_owned)
    }
}

/// What stands at a path such as `a.b.0`.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, step| match value {
        Value::Object(map) => map.get(step),
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

pub(super) fn text_at<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path).and_then(Value::as_str).filter(|text| !text.is_empty())
}

pub(super) fn money(value: &Value) -> Option<Money> {
    serde_json::from_value(value.clone()).ok()
}

/// An amount as vendors write it: a number of whole units, such as 120.5. Fifteen digits are exact, which is more money
/// than there is.
pub(super) fn decimal(money: Money) -> Value {
    let text = money.to_string();
    let number = text.split(' ').next().unwrap_or_default();
    let plain = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    serde_json::from_str(plain).unwrap_or(Value::Null)
}

/// An object without the fields that are null.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use serde_json::json;

    #[test]
    fn amounts_are_written_in_whole_units() {
        for (amount, currency, written) in [
            (12_000, "USD", "120"),
            (12_050, "USD", "120.5"),
            (5, "USD", "0.05"),
            (12_000, "JPY", "12000"),
            (1_234, "KWD", "1.234"),
            (-700, "USD", "-7"),
            (123_456_789_012_345, "USD", "1234567890123.45"),
        ] {
            let money = Money::new(amount, Currency::parse(currency).unwrap()).unwrap();
            assert_eq!(decimal(money).to_string(), written, "{amount} {currency}");
        }
    }

    #[test]
    fn a_path_leads_through_objects_and_lists() {
        let value = json!({"a": {"b": [{"c": "x"}]}, "e": ""});
        assert_eq!(text_at(&value, "a.b.0.c"), Some("x"));
        for path in ["a.b.1.c", "a.x", "", "a.b.c", "e"] {
            assert_eq!(text_at(&value, path), None, "{path}");
        }
    }
}
