//! Tiers, milestones and stages in the program file.

use super::super::{Boundary, Gift, Milestone, Milestones, Stage, Tier, TierBy, TierMode, Tiers, Worth};
use super::gift::write_gift;
use crate::calendar::Over;
use crate::fault::Place;
use crate::money::{Currency, Money};
use crate::wire::read::{Fields, Read};
use serde_json::{Map, Value, json};

const MOST_STEPS: usize = 100;

/// Where a step ends or a milestone lies: a number of conversions, or an amount.
enum Mark {
    Number(i64),
    Amount(Money),
}

impl Read for Mark {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts_either::<i64, Money>() {
            return None;
        }
        let mark = if value.is_object() {
            Self::Amount(Money::read(value, place)?)
        } else {
            Self::Number(i64::read(value, place)?)
        };
        let least = match &mark {
            Self::Number(number) => *number,
            Self::Amount(money) => money.amount(),
        };
        if least <= 0 {
            place.refused("not_positive", "This is more than nothing.");
        }
        Some(mark)
    }
}

/// One step as it is read, before it is known what the steps count.
struct Step {
    mark: Option<Mark>,
    gift: Gift,
}

fn step(value: &Value, place: &Place<'_>, mark: &'static str) -> Option<Step> {
    let fields = Fields::of(value, place)?;
    let mark = fields.optional(mark);
    let kind = fields.optional("kind");
    let gift = Gift::read_from(&fields, place);
    fields.done();
    Some(Step { mark: mark?, gift: Gift { kind: kind?, ..gift? } })
}

struct TierStep(Step);
struct MilestoneStep(Step);

impl Read for TierStep {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        step(value, place, "up_to").map(Self)
    }
}

impl Read for MilestoneStep {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        step(value, place, "at").map(Self)
    }
}

/// Steps with their marks as numbers, and the currency of those; they rise, and only the last may have none.
fn marks(steps: &[Step], by: TierBy, name: &str, place: &Place<'_>) -> Option<(Vec<Option<i64>>, Option<Currency>)> {
    if steps.is_empty() || steps.len() > MOST_STEPS {
        place.refused("out_of_range", format!("There are 1 to {MOST_STEPS} steps."));
        return None;
    }
    let (mut found, mut currency, mut before) = (Vec::new(), None, None);
    for (at, step) in steps.iter().enumerate() {
        let place = place.item(at);
        let number = match (&step.mark, by) {
            (Some(Mark::Number(number)), TierBy::Count) => Some(*number),
            (Some(Mark::Amount(money)), TierBy::Value | TierBy::Total) => {
                if currency.is_some_and(|one| one != money.currency()) {
                    place.child(name).refused("currencies_differ", "All steps are in one currency.");
                }
                currency = Some(money.currency());
                Some(money.amount())
            }
            (Some(_), TierBy::Count) => {
                place.child(name).malformed("wrong_type", "Steps by count end at whole numbers.");
                None
            }
            (Some(_), _) => {
                let message = "Steps by value or total end at amounts: {\"amount\": …, \"currency\": …}.";
                place.child(name).malformed("wrong_type", message);
                None
            }
            (None, _) => None,
        };
        let last = at + 1 == steps.len();
        if step.mark.is_none() && !(last && name == "up_to") {
            place.child(name).malformed("missing_field", format!("The field \"{name}\" is required."));
        }
        if number.is_some() && number <= before {
            place.child(name).refused("not_rising", "Each step lies above the one before.");
        }
        before = number.or(before);
        found.push(number);
    }
    Some((found, currency))
}

impl Read for Tiers {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let by = fields.required("by");
        let over = fields.or("over", Over::Ever);
        let mode = fields.or("mode", TierMode::Whole);
        let boundary = fields.or("boundary", Boundary::Lower);
        let steps = fields.required::<Vec<TierStep>>("steps");
        fields.done();
        let steps: Vec<Step> = steps?.into_iter().map(|TierStep(step)| step).collect();
        let (by, mode) = (by?, mode?);
        let (ends, currency) = marks(&steps, by, "up_to", &place.child("steps"))?;
        let cut = |step: &Step| matches!(step.gift.worth, Some(Worth::Share(_))) && step.gift.bonus.is_none();
        if mode == TierMode::Graduated && (by == TierBy::Count || !steps.iter().all(cut)) {
            let message = "Only percentages by value or total can be graduated, part by part; use \"whole\".";
            place.child("mode").refused("not_graduated", message);
        }
        let steps = steps.into_iter().zip(ends).map(|(step, up_to)| Tier { up_to, gift: step.gift }).collect();
        Some(Self { by, over: over?, mode, boundary: boundary?, currency, steps })
    }
}

impl Read for Milestones {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let by = fields.required("by");
        let over = fields.or("over", Over::Ever);
        let steps = fields.required::<Vec<MilestoneStep>>("steps");
        fields.done();
        let steps: Vec<Step> = steps?.into_iter().map(|MilestoneStep(step)| step).collect();
        let by = by?;
        if by == TierBy::Value {
            place.child("by").refused("not_here", "Milestones are by \"count\" or by \"total\".");
            return None;
        }
        let (marks, currency) = marks(&steps, by, "at", &place.child("steps"))?;
        let steps = steps.into_iter().zip(marks).filter_map(|(step, at)| Some(Milestone { at: at?, gift: step.gift }));
        Some(Self { by, over: over?, currency, steps: steps.collect() })
    }
}

impl Read for Stage {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let on = fields.required("on");
        let kind = fields.optional("kind");
        let gift = Gift::read_from(&fields, place);
        fields.done();
        Some(Self { on: on?, gift: Gift { kind: kind?, ..gift? } })
    }
}

fn marked(name: &str, mark: Option<i64>, currency: Option<Currency>, gift: &Gift) -> Value {
    let mut fields = Map::new();
    write_gift(gift, &mut fields);
    match (mark, currency) {
        (Some(amount), Some(currency)) => {
            fields.insert(name.to_owned(), json!({"amount": amount, "currency": currency}));
        }
        (Some(number), None) => {
            fields.insert(name.to_owned(), json!(number));
        }
        (None, _) => {}
    }
    Value::Object(fields)
}

impl Tiers {
    pub(super) fn to_json(&self) -> Value {
        let steps = self.steps.iter().map(|step| marked("up_to", step.up_to, self.currency, &step.gift));
        json!({"by": self.by.as_str(), "over": self.over.as_str(), "mode": self.mode.as_str(),
            "boundary": self.boundary.as_str(), "steps": steps.collect::<Value>()})
    }
}

impl Milestones {
    pub(super) fn to_json(&self) -> Value {
        let steps = self.steps.iter().map(|step| marked("at", Some(step.at), self.currency, &step.gift));
        json!({"by": self.by.as_str(), "over": self.over.as_str(), "steps": steps.collect::<Value>()})
    }
}

impl Stage {
    pub(super) fn to_json(&self) -> Value {
        let mut fields = Map::new();
        write_gift(&self.gift, &mut fields);
        fields.insert("on".to_owned(), json!(self.on));
        Value::Object(fields)
    }
}
