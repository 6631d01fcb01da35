//! What a rule gives, in the program file: money and things.

use super::super::{Bonus, Bounds, CouponSource, Gift, RewardKind, Worth};
use super::rule::MOST_MONTHS;
use super::within;
use crate::fault::Place;
use crate::money::{Money, Percent};
use crate::wire::read::{Fields, Read};
use serde_json::{Map, Value, json};

impl Gift {
    /// Reads what is given out of the object that it stands in.
    pub(super) fn read_from(fields: &Fields<'_>, place: &Place<'_>) -> Option<Self> {
        let worth = Worth::read_from(fields, place);
        let bonus = fields.optional::<Bonus>("bonus");
        let item = fields.optional("item");
        let months = fields.optional::<i64>("months");
        let coupon = fields.optional("coupon");
        place.child("months").accepts(|| json!({"minimum": 1, "maximum": MOST_MONTHS}));
        let months = match months? {
            Some(months) => Some(within(months, 1, MOST_MONTHS, &place.child("months"))?),
            None => None,
        };
        Some(Self { worth: worth?.0, bonus: bonus?, kind: None, item: item?, months, coupon: coupon? })
    }

    /// Whether some of it is a part of the conversion's value.
    pub(super) fn shares_value(&self) -> bool {
        let share = |worth: &Worth| matches!(worth, Worth::Share(_));
        self.worth.as_ref().is_some_and(share) || self.bonus.as_ref().is_some_and(|bonus| share(&bonus.worth))
    }
}

/// The worth in an object, if there is one.
struct Found(Option<Worth>);

impl Worth {
    fn read_from(fields: &Fields<'_>, place: &Place<'_>) -> Option<Found> {
        let (flat, percent) = (fields.optional::<Money>("flat"), fields.optional::<Percent>("percent"));
        match (flat?, percent?) {
            (None, None) => Some(Found(None)),
            (Some(flat), None) if flat.amount() > 0 => Some(Found(Some(Self::Flat(flat)))),
            (Some(_), None) => {
                place.child("flat").refused("not_positive", "A reward is worth more than nothing.");
                None
            }
            (None, Some(percent)) => Some(Found(Some(Self::Share(percent)))),
            (Some(_), Some(_)) => {
                let message = "Here is either \"flat\" or \"percent\". To give both, put one of them in \"bonus\".";
                place.malformed("one_worth", message);
                None
            }
        }
    }

    fn write(self, fields: &mut Map<String, Value>) {
        match self {
            Self::Flat(flat) => fields.insert("flat".to_owned(), json!(flat)),
            Self::Share(percent) => fields.insert("percent".to_owned(), json!(percent.to_string())),
        };
    }
}

impl Read for Bonus {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let worth = Worth::read_from(&fields, place);
        let bounds = Bounds::read_from(&fields);
        fields.done();
        let worth = worth?.0;
        if worth.is_none() {
            place.malformed("one_worth", "A bonus has \"flat\" or \"percent\".");
        }
        Some(Self { worth: worth?, bounds: bounds? })
    }
}

impl Read for CouponSource {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let (pool, prefix) = (fields.optional("pool"), fields.optional::<String>("generate"));
        let at_landing = fields.or("at_landing", false);
        fields.done();
        match (pool?, prefix?, at_landing?) {
            (Some(name), None, at_landing) => Some(Self::Pool { name, at_landing }),
            (None, Some(prefix), false) => {
                let plain = prefix.len() <= 20 && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                if !plain {
                    let message = "This stands before each code: 1 to 20 letters, digits and '-'.";
                    place.child("generate").malformed("invalid_text", message);
                }
                Some(Self::Generated { prefix })
            }
            (None, Some(_), true) => {
                place.child("at_landing").refused("not_here", "Only coupons of a pool are handed out at the landing.");
                None
            }
            _ => {
                let message = "A coupon comes from a \"pool\" of yours, or we \"generate\" it after a prefix.";
                place.malformed("one_source", message);
                None
            }
        }
    }
}

/// Whether this can be given as that kind.
pub(super) fn check_gift(gift: &Gift, kind: RewardKind, place: &Place<'_>) {
    use RewardKind as K;
    let kind = gift.kind.unwrap_or(kind);
    let need = |name: &str, there: bool| {
        if !there {
            let message = format!("A reward of the kind \"{}\" has \"{name}\".", kind.as_str());
            place.child(name).malformed("missing_field", message);
        }
    };
    match kind {
        K::Money | K::Credit if gift.worth.is_none() => {
            place.malformed("one_worth", "A rule has either \"flat\" or \"percent\".");
        }
        K::Discount if gift.worth.is_none() && gift.coupon.is_none() && gift.item.is_none() => {
            place.malformed("one_worth", "A discount has \"flat\", \"percent\", \"coupon\" or \"item\".");
        }
        K::Money | K::Credit | K::Discount => {}
        K::Coupon => need("coupon", gift.coupon.is_some()),
        K::FreeMonths => need("months", gift.months.is_some()),
        K::Gift | K::Access | K::Event | K::Recognition => need("item", gift.item.is_some()),
    }
    let not_here = |name: &str, wrong: bool| {
        if wrong {
            let message = format!("A reward of the kind \"{}\" has no \"{name}\".", kind.as_str());
            place.child(name).refused("not_here", message);
        }
    };
    not_here("months", gift.months.is_some() && kind != K::FreeMonths);
    not_here("coupon", gift.coupon.is_some() && matches!(kind, K::Money | K::Credit | K::FreeMonths | K::Recognition));
    not_here("bonus", gift.bonus.is_some() && gift.worth.is_none());
}

pub(super) fn write_gift(gift: &Gift, fields: &mut Map<String, Value>) {
    if let Some(worth) = gift.worth {
        worth.write(fields);
    }
    if let Some(bonus) = &gift.bonus {
        let mut inner = Map::new();
        bonus.worth.write(&mut inner);
        bonus.bounds.write(&mut inner);
        fields.insert("bonus".to_owned(), Value::Object(inner));
    }
    if let Some(kind) = gift.kind {
        fields.insert("kind".to_owned(), json!(kind.as_str()));
    }
    if let Some(item) = &gift.item {
        fields.insert("item".to_owned(), json!(item));
    }
    if let Some(months) = gift.months {
        fields.insert("months".to_owned(), json!(months));
    }
    if let Some(coupon) = &gift.coupon {
        let coupon = match coupon {
            CouponSource::Pool { name, at_landing: true } => json!({"pool": name, "at_landing": true}),
            CouponSource::Pool { name, .. } => json!({"pool": name}),
            CouponSource::Generated { prefix } => json!({"generate": prefix}),
        };
        fields.insert("coupon".to_owned(), coupon);
    }
}
