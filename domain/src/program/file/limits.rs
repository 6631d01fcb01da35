//! How much, how long and for whom, in the program file: bounds of a value, time, conditions, caps and budgets.

use super::super::{Amounts, Bounds, Conditions, Lasts, Limit, Limits, Most};
use super::rule::MOST_MONTHS;
use super::within;
use crate::calendar::{Day, Over};
use crate::fault::Place;
use crate::money::Money;
use crate::wire::read::{self, Fields, Read};
use serde_json::{Map, Value, json};

const MOST_LIMITS: usize = 20;
const MOST_TIMES: i64 = 1_000_000_000;

/// One text, or a list of them.
pub(super) struct Words(pub(super) Vec<String>);

impl Read for Words {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts_either::<String, Vec<String>>() {
            return None;
        }
        let words = if value.is_array() { Vec::read(value, place)? } else { vec![String::read(value, place)?] };
        if words.is_empty() {
            place.refused("empty_list", "This list has at least one entry.");
        }
        Some(Self(words))
    }
}

/// One amount, or a list with one for each currency.
impl Read for Amounts {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts_either::<Money, Vec<Money>>() {
            return None;
        }
        let all: Vec<Money> =
            if value.is_array() { Vec::read(value, place)? } else { vec![Money::read(value, place)?] };
        if all.is_empty() {
            place.refused("empty_list", "This list has at least one amount.");
        }
        for (at, money) in all.iter().enumerate() {
            if money.amount() < 0 {
                place.refused("negative", "An amount here isn't below zero.");
            }
            if all.iter().take(at).any(|earlier| earlier.currency() == money.currency()) {
                place.item(at).refused("duplicate_currency", format!("There are two amounts in {}.", money.currency()));
            }
        }
        Some(Self(all))
    }
}

impl Amounts {
    pub(super) fn read_from(fields: &Fields<'_>, name: &'static str) -> Option<Self> {
        fields.or(name, Self::default())
    }

    pub(super) fn write(&self, name: &str, fields: &mut Map<String, Value>) {
        match self.0.as_slice() {
            [] => None,
            [only] => fields.insert(name.to_owned(), json!(only)),
            several => fields.insert(name.to_owned(), json!(several)),
        };
    }
}

impl Bounds {
    pub(super) fn read_from(fields: &Fields<'_>) -> Option<Self> {
        let [minimum, above, maximum, below] =
            ["minimum", "above", "maximum", "below"].map(|name| Amounts::read_from(fields, name));
        Some(Self { minimum: minimum?, above: above?, maximum: maximum?, below: below? })
    }

    pub(super) fn write(&self, fields: &mut Map<String, Value>) {
        self.minimum.write("minimum", fields);
        self.above.write("above", fields);
        self.maximum.write("maximum", fields);
        self.below.write("below", fields);
    }
}

impl Read for Day {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"format": "date"}));
        read::parsed(value, place, "invalid_day", Self::parse)
    }
}

impl Read for Lasts {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let (months, periods) = (fields.optional::<i64>("months"), fields.optional::<i64>("periods"));
        let (from, until) = (fields.optional::<Day>("from"), fields.optional::<Day>("until"));
        fields.done();
        place.child("months").accepts(|| json!({"minimum": 1, "maximum": MOST_MONTHS}));
        place.child("periods").accepts(|| json!({"minimum": 1, "maximum": MOST_TIMES}));
        let (months, periods, from, until) = (months?, periods?, from?, until?);
        if let Some(months) = months {
            within(months, 1, MOST_MONTHS, &place.child("months"))?;
        }
        if let Some(periods) = periods {
            within(periods, 1, MOST_TIMES, &place.child("periods"))?;
        }
        if from.is_some() && until.is_some() && until < from {
            place.child("until").refused("before_from", "The last day lies before the first.");
        }
        Some(Self { months, periods, from, until })
    }
}

impl Lasts {
    pub(super) fn write(&self, fields: &mut Map<String, Value>) {
        let mut inner = Map::new();
        let numbers = [("months", self.months), ("periods", self.periods)];
        inner.extend(numbers.into_iter().filter_map(|(name, n)| Some((name.to_owned(), json!(n?)))));
        let days = [("from", self.from), ("until", self.until)];
        inner.extend(days.into_iter().filter_map(|(name, day)| Some((name.to_owned(), json!(day?.to_string())))));
        if !inner.is_empty() {
            fields.insert("for".to_owned(), Value::Object(inner));
        }
    }
}

/// Names, and the values that each may have.
struct Wanted(Vec<(String, Vec<Value>)>);

impl Read for Wanted {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let values = || {
            let one = json!({"type": ["string", "number", "boolean"]});
            let list = json!({"type": "array", "minItems": 1, "items": one});
            json!({"type": "object", "additionalProperties": {"anyOf": [one, list]}})
        };
        if place.accepts(values) {
            return None;
        }
        let wanted = <Map<String, Value>>::read(value, place)?;
        let one = |(name, value): (String, Value)| {
            let values = if let Value::Array(values) = value { values } else { vec![value] };
            let plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
            if values.is_empty() || !values.iter().all(plain) {
                let message = "Here is a text, a number, true or false, or a list of those.";
                place.child(&name).malformed("wrong_type", message);
            }
            (name, values)
        };
        Some(Self(wanted.into_iter().map(one).collect()))
    }
}

#[derive(Default)]
struct Customer {
    new: Option<bool>,
    country: Vec<String>,
    segment: Vec<String>,
}

impl Read for Customer {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let new = fields.optional("new");
        let [country, segment] = ["country", "segment"].map(|name| fields.or(name, Words(Vec::new())));
        fields.done();
        let country = country?.0;
        let iso = |text: &String| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if !country.iter().all(iso) {
            place.child("country").malformed("invalid_country", "A country is two capital letters, such as DE.");
        }
        Some(Self { new: new?, country, segment: segment?.0 })
    }
}

impl Read for Conditions {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let customer = fields.or("customer", Customer::default());
        let [properties, participant] = ["properties", "participant"].map(|name| fields.or(name, Wanted(Vec::new())));
        fields.done();
        let Customer { new, country, segment } = customer?;
        Some(Self { customer_new: new, country, segment, properties: properties?.0, participant: participant?.0 })
    }
}

fn one_or_many<T: serde::Serialize>(values: &[T]) -> Value {
    if let [only] = values { json!(only) } else { json!(values) }
}

impl Conditions {
    pub(super) fn write(&self, fields: &mut Map<String, Value>) {
        let mut customer = Map::new();
        if let Some(new) = self.customer_new {
            customer.insert("new".to_owned(), json!(new));
        }
        for (name, words) in [("country", &self.country), ("segment", &self.segment)] {
            if !words.is_empty() {
                customer.insert(name.to_owned(), one_or_many(words));
            }
        }
        let wanted = |wanted: &[(String, Vec<Value>)]| -> Map<String, Value> {
            wanted.iter().map(|(name, values)| (name.clone(), one_or_many(values))).collect()
        };
        let mut when = Map::new();
        let parts = [
            ("customer", customer),
            ("properties", wanted(&self.properties)),
            ("participant", wanted(&self.participant)),
        ];
        for (name, part) in parts {
            if !part.is_empty() {
                when.insert(name.to_owned(), Value::Object(part));
            }
        }
        if !when.is_empty() {
            fields.insert("when".to_owned(), Value::Object(when));
        }
    }
}

/// An amount alone is a limit over all time.
impl Read for Limit {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts_either::<Money, Bounded>() {
            return None;
        }
        if value.get("amount").is_some() {
            let money = Money::read(value, place)?;
            if money.amount() <= 0 {
                place.refused("not_positive", "A limit is more than nothing.");
            }
            return Some(Self { most: Most::Amount(money), over: Over::Ever, partial: true });
        }
        Bounded::read(value, place).map(|Bounded(limit)| limit)
    }
}

/// A limit with what it is over.
struct Bounded(Limit);

impl Read for Bounded {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let (amount, times) = (fields.optional::<Money>("limit"), fields.optional::<i64>("times"));
        let over = fields.or("over", Over::Ever);
        let partial = fields.or("partial", true);
        fields.done();
        place.child("times").accepts(|| json!({"minimum": 1, "maximum": MOST_TIMES}));
        place.accepts(|| {
            let only = |name: &str, kind: &str| json!({"required": [name], "properties": {name: {"type": kind}}});
            json!({"oneOf": [only("limit", "object"), only("times", "integer")]})
        });
        let most = match (amount?, times?) {
            (Some(money), None) => {
                if money.amount() <= 0 {
                    place.child("limit").refused("not_positive", "A limit is more than nothing.");
                }
                Most::Amount(money)
            }
            (None, Some(times)) => Most::Times(within(times, 1, MOST_TIMES, &place.child("times"))?),
            _ => {
                place.malformed("one_limit", "Here is either \"limit\", an amount, or \"times\", a number of rewards.");
                return None;
            }
        };
        Some(Self(Limit { most, over: over?, partial: partial? }))
    }
}

/// One limit, or a list of them.
struct LimitList(Vec<Limit>);

impl Read for LimitList {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts_either::<Limit, Vec<Limit>>() {
            return None;
        }
        let all = if value.is_array() { Vec::read(value, place)? } else { vec![Limit::read(value, place)?] };
        if all.len() > MOST_LIMITS {
            place.refused("out_of_range", format!("Here are {MOST_LIMITS} at most."));
        }
        Some(Self(all))
    }
}

impl Limit {
    fn to_json(self) -> Value {
        match self.most {
            Most::Amount(money) => json!({"limit": money, "over": self.over.as_str(), "partial": self.partial}),
            Most::Times(times) => json!({"times": times, "over": self.over.as_str(), "partial": self.partial}),
        }
    }
}

impl Limits {
    pub(super) fn read_from(fields: &Fields<'_>) -> Option<Self> {
        let [caps, budget] = ["caps", "budget"].map(|name| fields.or(name, LimitList(Vec::new())));
        Some(Self { caps: caps?.0, budget: budget?.0 })
    }

    pub(super) fn write(&self, fields: &mut Map<String, Value>) {
        for (name, limits) in [("caps", &self.caps), ("budget", &self.budget)] {
            if !limits.is_empty() {
                fields.insert(name.to_owned(), limits.iter().map(|limit| limit.to_json()).collect());
            }
        }
    }
}
