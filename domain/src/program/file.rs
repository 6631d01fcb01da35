//! The program file: JSON in, with every fault and its path; the same JSON out, with its defaults filled in.

mod approval;
mod attribution;
mod gift;
mod limits;
mod rule;
mod screen;
mod steps;
mod targets;

use super::{
    Approval, Binding, Boundary, Consent, Durability, JudgedBy, Kind, Limits, Mode, Offer, Program, ProgramId,
    RewardKind, Rule, Screen, Side, Targets, TierBy, TierMode,
};
use crate::calendar::Over;
use crate::fault::{Place, Refusal};
use crate::money::{Currency, Money, Percent};
use crate::time::Span;
use crate::wire::read::{self, Fields, Read};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Browsers keep a cookie 400 days at most, so a longer window would be a promise that can't be held.
const LONGEST_WINDOW_DAYS: i64 = 400;
const DEFAULT_WINDOW_DAYS: i64 = 90;
const MOST_RULES: usize = 100;

const KINDS: &[(&str, Kind)] = &[("referral", Kind::Referral), ("partner", Kind::Partner)];
const MODES: &[(&str, Mode)] = &[("live", Mode::Live), ("test", Mode::Test)];
const BINDINGS: &[(&str, Binding)] = &[("first", Binding::First), ("last", Binding::Last)];
const JUDGED_BYS: &[(&str, JudgedBy)] = &[("occurrence", JudgedBy::Occurrence), ("touch", JudgedBy::Touch)];
const CONSENTS: &[(&str, Consent)] = &[("not_required", Consent::NotRequired), ("required", Consent::Required)];
const DURABILITIES: &[(&str, Durability)] =
    &[("after-redirect", Durability::AfterRedirect), ("before-redirect", Durability::BeforeRedirect)];
const SIDES: &[(&str, Side)] = &[("referrer", Side::Referrer), ("friend", Side::Friend)];
const REWARD_KINDS: &[(&str, RewardKind)] = &[
    ("money", RewardKind::Money),
    ("credit", RewardKind::Credit),
    ("discount", RewardKind::Discount),
    ("coupon", RewardKind::Coupon),
    ("free_months", RewardKind::FreeMonths),
    ("gift", RewardKind::Gift),
    ("access", RewardKind::Access),
    ("event", RewardKind::Event),
    ("recognition", RewardKind::Recognition),
];
const TIER_BYS: &[(&str, TierBy)] = &[("value", TierBy::Value), ("count", TierBy::Count), ("total", TierBy::Total)];
const TIER_MODES: &[(&str, TierMode)] = &[("whole", TierMode::Whole), ("graduated", TierMode::Graduated)];
const BOUNDARIES: &[(&str, Boundary)] = &[("lower", Boundary::Lower), ("upper", Boundary::Upper)];
const OVERS: &[(&str, Over)] =
    &[("ever", Over::Ever), ("day", Over::Day), ("week", Over::Week), ("month", Over::Month), ("year", Over::Year)];
const APPROVALS: &[(&str, Approval)] = &[("automatic", Approval::Automatic), ("manual", Approval::Manual)];

macro_rules! words {
    ($($kind:ident $list:ident),*) => {$(
        impl Read for $kind {
            fn read(value: &Value, place: &Place<'_>) -> Option<Self> { read::one_of(value, place, $list) }
        }
        impl $kind {
            /// The word that the program file has for it.
            pub fn as_str(self) -> &'static str {
                $list.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| *word)
            }
        }
    )*};
}

words!(Kind KINDS, Mode MODES, Binding BINDINGS, JudgedBy JUDGED_BYS, Consent CONSENTS, Durability DURABILITIES, Side SIDES,
    RewardKind REWARD_KINDS, Approval APPROVALS, TierBy TIER_BYS, TierMode TIER_MODES, Boundary BOUNDARIES, Over OVERS);

impl Read for ProgramId {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"pattern": "^(?!test_)[a-z0-9][a-z0-9_-]{0,39}$"}));
        read::parsed(value, place, "invalid_program_id", Self::parse)
    }
}

impl Read for Percent {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let about = "From \"0\" to \"1000\", with up to four decimals.";
        place.accepts(|| json!({"pattern": r"^([0-9]{1,3}|1000)(\.[0-9]{1,4})?$", "description": about}));
        read::parsed(value, place, "invalid_percent", Self::parse)
    }
}

impl Program {
    /// The program of a file's text, or every fault in it.
    pub fn from_json(text: &str) -> Result<Self, Refusal> {
        read::body(text)
    }

    /// The file that makes this program, every default written out.
    pub fn to_json(&self) -> Value {
        let mut file = json!({
            "id": self.id.as_str(),
            "name": self.name,
            "kind": self.kind.as_str(),
            "mode": self.mode.as_str(),
            "site": self.site.as_str().trim_end_matches('/'),
            "currency": self.currency,
            "attribution": self.attribution.to_json(),
            "consent": self.consent.as_str(),
            "durability": self.durability.as_str(),
            "offer": self.offer,
            "join": {"email": self.join_by_email},
            "rewards": self.rewards.iter().map(Rule::to_json).collect::<Vec<_>>(),
        });
        if let Value::Object(fields) = &mut file {
            self.limits.write(fields);
            self.targets.write(fields);
            self.screen.write(fields);
            if let Some(minimum) = self.payout_minimum {
                fields.insert("payout_minimum".to_owned(), json!(minimum));
            }
            approval::write(self.callback.as_ref(), fields);
        }
        file
    }
}

impl Read for Program {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let id = fields.required("id");
        let name = fields.required("name");
        let kind = fields.required("kind");
        let mode = fields.or("mode", Mode::Live);
        let site = fields.required("site");
        let currency = Currency::parse("USD").ok().and_then(|usd| fields.or("currency", usd));
        let attribution = fields.optional("attribution");
        let consent = fields.or("consent", Consent::NotRequired);
        let durability = fields.or("durability", Durability::AfterRedirect);
        let offer = fields.optional("offer");
        let join = fields.optional("join");
        let rewards: Option<Vec<Rule>> = fields.or("rewards", Vec::new());
        let limits = Limits::read_from(&fields);
        let targets = fields.or("targets", Targets::default());
        let screen = Screen::read_from(&fields, place);
        let payout_minimum = fields.optional::<Money>("payout_minimum");
        let approval = fields.optional::<approval::Approval>("approval");
        // GET adds the version, so that what was read can be sent back; the shell compares it.
        let _: Option<Option<i64>> = fields.optional("version");
        fields.done();
        place.child("rewards").accepts(|| json!({"maxItems": MOST_RULES}));
        if let Some(rules) = &rewards {
            check_rules(rules, &place.child("rewards"));
        }
        Some(Self {
            id: id?,
            name: name?,
            kind: kind?,
            mode: mode?,
            site: site?,
            currency: currency?,
            attribution: attribution?.unwrap_or_default(),
            consent: consent?,
            durability: durability?,
            offer: offer?,
            join_by_email: join?.is_some_and(|join: Joining| join.email),
            rewards: rewards?,
            limits: limits?,
            targets: targets?,
            screen: screen?,
            payout_minimum: payout_minimum?,
            callback: approval?.and_then(|approval| approval.callback),
        })
    }
}

fn check_rules(rules: &[Rule], place: &Place<'_>) {
    if rules.len() > MOST_RULES {
        place.refused("too_many_rules", format!("A program has {MOST_RULES} rules at most."));
    }
    for (at, rule) in rules.iter().enumerate() {
        if rules.iter().take(at).any(|earlier| earlier.id == rule.id) {
            place.item(at).child("id").refused("duplicate_rule", format!("Two rules are named \"{}\".", rule.id));
        }
    }
}

fn within(number: i64, least: i64, most: i64, place: &Place<'_>) -> Option<i64> {
    place.accepts(|| json!({"minimum": least, "maximum": most}));
    if (least..=most).contains(&number) {
        return Some(number);
    }
    place.refused("out_of_range", format!("This lies between {least} and {most}."));
    None
}

impl Read for Offer {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let headline = fields.required("headline");
        let friend = fields.optional("friend");
        let referrer = fields.optional("referrer");
        let terms = fields.optional("terms");
        let disclosure = fields.optional("disclosure");
        let call_to_action = fields.or("call_to_action", limits::Words(Vec::new()));
        let translations = fields.or("translations", screen::Translations(BTreeMap::new()));
        fields.done();
        Some(Self {
            headline: headline?,
            friend: friend?,
            referrer: referrer?,
            terms: terms?,
            disclosure: disclosure?,
            call_to_action: call_to_action?.0,
            translations: translations?.0,
        })
    }
}

struct Joining {
    email: bool,
}

impl Read for Joining {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let email = fields.or("email", false);
        fields.done();
        Some(Self { email: email? })
    }
}

fn days(span: Span) -> i64 {
    span.as_millis() / Span::days(1).as_millis()
}
