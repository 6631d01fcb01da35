//! One rule of the program file: read strictly, written with its defaults.

use super::super::{
    Amounts, Approval, Bounds, Conditions, CouponSource, Gift, Gives, Lasts, Limits, Milestones, Rule, Side, Stage,
    Tiers,
};
use super::gift::{check_gift, write_gift};
use super::limits::Words;
use super::{days, within};
use crate::fault::Place;
use crate::time::Span;
use crate::wire::read::{Fields, Read};
use serde_json::{Map, Value, json};

const DEFAULT_HOLD_DAYS: i64 = 30;
const LONGEST_DAYS: i64 = 3_650;
pub(super) const MOST_MONTHS: i64 = 1_200;
/// A lead earns nothing until this event follows it.
const LEAD: (&str, &str) = ("lead", "qualified");

impl Read for Rule {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let id = fields.required("id");
        let side = fields.required("side");
        let on = fields.optional::<Words>("on");
        let kind = fields.required("kind");
        let gift = Gift::read_from(&fields, place);
        let tiers = fields.optional::<Tiers>("tiers");
        let milestones = fields.optional::<Milestones>("milestones");
        let stages = fields.optional::<Vec<Stage>>("stages");
        let (floor, ceiling) = (Amounts::read_from(&fields, "floor"), Amounts::read_from(&fields, "ceiling"));
        let bounds = Bounds::read_from(&fields);
        let first = fields.or("first", false);
        let lasts = fields.or("for", Lasts::default());
        let when = fields.or("when", Conditions::default());
        let qualified_by = fields.optional::<String>("qualified_by");
        let limits = Limits::read_from(&fields);
        let retainer = fields.optional::<Retainer>("retainer");
        let hold = fields.or("hold_days", DEFAULT_HOLD_DAYS);
        let approval = fields.or("approval", Approval::Automatic);
        let expires = fields.optional::<i64>("expires_days");
        fields.done();
        place.child("expires_days").accepts(|| json!({"minimum": 1, "maximum": LONGEST_DAYS}));
        place.child("hold_days").accepts(|| json!({"minimum": 0, "maximum": LONGEST_DAYS}));

        let gives = gives(gift?, tiers?, milestones?, stages?, place);
        let (on, gives) = (on?, gives?);
        match (&on, &gives) {
            (Some(_), Gives::Stages(_)) => {
                place.child("on").malformed("not_here", "The stages name their events; leave \"on\" out.");
            }
            (None, Gives::Always(_) | Gives::Tiers(_) | Gives::Milestones(_)) => {
                place.child("on").malformed("missing_field", "The field \"on\" is required.");
            }
            _ => {}
        }
        let on = on.map_or(Vec::new(), |Words(words)| words);
        let hold = within(hold?, 0, LONGEST_DAYS, &place.child("hold_days"));
        let expires = match expires? {
            Some(days) => Some(within(days, 1, LONGEST_DAYS, &place.child("expires_days"))?),
            None => None,
        };
        let lead = on.iter().any(|event| event == LEAD.0);
        let rule = Self {
            id: id?,
            side: side?,
            qualified_by: qualified_by?.or_else(|| lead.then(|| LEAD.1.to_owned())),
            on,
            kind: kind?,
            gives,
            floor: floor?,
            ceiling: ceiling?,
            bounds: bounds?,
            first: first?,
            lasts: lasts?,
            when: when?,
            limits: limits?,
            retainer_months: retainer?.map(|Retainer(months)| months),
            hold: Span::days(hold?),
            approval: approval?,
            expires: expires.map(Span::days),
        };
        check(&rule, place);
        Some(rule)
    }
}

/// A rule gives in one shape.
fn gives(
    gift: Gift,
    tiers: Option<Tiers>,
    milestones: Option<Milestones>,
    stages: Option<Vec<Stage>>,
    place: &Place<'_>,
) -> Option<Gives> {
    let plain = gift != Gift::default();
    match (plain, tiers, milestones, stages) {
        (_, None, None, None) => Some(Gives::Always(gift)),
        (false, Some(tiers), None, None) => Some(Gives::Tiers(tiers)),
        (false, None, Some(milestones), None) => Some(Gives::Milestones(milestones)),
        (false, None, None, Some(stages)) => Some(Gives::Stages(stages)),
        _ => {
            let message = "A rule has one of \"flat\", \"percent\", \"tiers\", \"milestones\" and \"stages\".";
            place.malformed("one_worth", message);
            None
        }
    }
}

/// What only the whole rule shows.
fn check(rule: &Rule, place: &Place<'_>) {
    let landing = |gift: &Gift| matches!(gift.coupon, Some(CouponSource::Pool { at_landing: true, .. }));
    if rule.side == Side::Referrer && rule.gifts().any(landing) {
        place.refused("not_here", "Only the friend gets a coupon at the landing.");
    }
    match &rule.gives {
        Gives::Always(gift) => check_gift(gift, rule.kind, place),
        Gives::Tiers(tiers) => {
            for (at, step) in tiers.steps.iter().enumerate() {
                check_gift(&step.gift, rule.kind, &place.child("tiers").child("steps").item(at));
            }
        }
        Gives::Milestones(milestones) => {
            for (at, step) in milestones.steps.iter().enumerate() {
                check_gift(&step.gift, rule.kind, &place.child("milestones").child("steps").item(at));
            }
        }
        Gives::Stages(stages) => {
            for (at, stage) in stages.iter().enumerate() {
                let place = place.child("stages").item(at);
                check_gift(&stage.gift, rule.kind, &place);
                if stages.iter().take(at).any(|earlier| earlier.on == stage.on) {
                    place.child("on").refused("duplicate_stage", format!("Two stages are on \"{}\".", stage.on));
                }
            }
        }
    }
    for least in &rule.floor.0 {
        if rule.ceiling.of(least.currency()).is_some_and(|most| most.amount() < least.amount()) {
            place.child("floor").refused("above_ceiling", "The floor lies above the ceiling.");
        }
    }
    let plain = matches!(&rule.gives, Gives::Always(gift) if !gift.shares_value());
    if plain && !(rule.floor.is_empty() && rule.ceiling.is_empty()) {
        place.refused("not_here", "\"floor\" and \"ceiling\" bound a percentage; this rule has none.");
    }
    let bonus = rule.gifts().any(|gift| gift.bonus.is_some());
    if rule.retainer_months.is_some() && (!plain || bonus) {
        place.child("retainer").refused("not_here", "A retainer gives a \"flat\" amount or a thing each month.");
    }
}

impl Rule {
    pub(super) fn to_json(&self) -> Value {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("id", json!(self.id));
        put("side", json!(self.side.as_str()));
        put("kind", json!(self.kind.as_str()));
        put("first", json!(self.first));
        put("hold_days", json!(days(self.hold)));
        put("approval", json!(self.approval.as_str()));
        match self.on.as_slice() {
            [] => None,
            [only] => put("on", json!(only)),
            several => put("on", json!(several)),
        };
        if let Some(event) = &self.qualified_by {
            put("qualified_by", json!(event));
        }
        if let Some(months) = self.retainer_months {
            put("retainer", json!({"months": months}));
        }
        if let Some(span) = self.expires {
            put("expires_days", json!(days(span)));
        }
        match &self.gives {
            Gives::Always(gift) => write_gift(gift, &mut fields),
            Gives::Tiers(tiers) => {
                fields.insert("tiers".to_owned(), tiers.to_json());
            }
            Gives::Milestones(milestones) => {
                fields.insert("milestones".to_owned(), milestones.to_json());
            }
            Gives::Stages(stages) => {
                fields.insert("stages".to_owned(), stages.iter().map(Stage::to_json).collect());
            }
        }
        self.floor.write("floor", &mut fields);
        self.ceiling.write("ceiling", &mut fields);
        self.bounds.write(&mut fields);
        self.lasts.write(&mut fields);
        self.when.write(&mut fields);
        self.limits.write(&mut fields);
        Value::Object(fields)
    }
}

struct Retainer(i64);

impl Read for Retainer {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let months = fields.required("months");
        fields.done();
        place.child("months").accepts(|| json!({"minimum": 1, "maximum": MOST_MONTHS}));
        within(months?, 1, MOST_MONTHS, &place.child("months")).map(Self)
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
