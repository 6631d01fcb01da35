//! Whether a sale can be taken now, or what it waits for: vendors send what belongs together in any order.
//!
//! Invariant: what is taken depends on what is known in the end, not on what came first.

use super::{Part, Sale};
use crate::time::{Span, Timestamp};

/// As long as Stripe tries to deliver an event.
/// <https://docs.stripe.com/webhooks#automatic-retries>
const DELIVERY: Span = Span::days(3);
/// Codes are made long before they are used.
const PROMOTION: Span = Span::hours(1);

/// What is known when a sale is told of.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Sales that go by one of its names.
    pub known: usize,
    /// The sale that it follows is known.
    pub begun: bool,
    /// The customer belongs to someone, and stays theirs.
    pub bound: bool,
    /// The text behind its promotion code is known.
    pub promotion: bool,
    /// A browser claimed it.
    pub claimed: bool,
    /// How long to wait for such a claim.
    pub claim_wait: Span,
    pub received_at: Timestamp,
    pub now: Timestamp,
    /// The owner says: now, with what there is.
    pub forced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Take,
    /// It is a sale that is known, perhaps by other names.
    Same,
    /// Its names belong to two sales that were taken apart.
    TwoSales,
    Wait(Wait),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// One of these being heard of ends it.
    pub names: Vec<String>,
    /// When it ends anyway.
    pub until: Timestamp,
    pub why: &'static str,
}

/// The name that a claim is awaited by.
pub fn claim_name(name: &str) -> String {
    format!("claim {name}")
}

pub fn judge(sale: &Sale, facts: &Facts) -> Verdict {
    match facts.known {
        0 => {}
        1 => return Verdict::Same,
        _ => return Verdict::TwoSales,
    }
    let wait = waits(sale, facts).into_iter().flatten().find_map(|(names, patience, why)| {
        let until = facts.received_at.after(patience);
        (facts.now < until && !facts.forced).then_some(Wait { names, until, why })
    });
    wait.map_or(Verdict::Take, Verdict::Wait)
}

type Awaited = (Vec<String>, Span, &'static str);

/// All that the sale might wait for, the longest first.
fn waits(sale: &Sale, facts: &Facts) -> [Option<Awaited>; 4] {
    let nobody_said = !sale.is_attributed() && !facts.bound;
    let first_name = || sale.names.first().cloned().into_iter().collect();
    let beginning = match &sale.part {
        Part::Follows(first) if !facts.begun => Some((vec![first.clone()], DELIVERY, "beginning_unknown")),
        _ => None,
    };
    let checkout =
        (sale.part == Part::MaybeCheckout && nobody_said).then(|| (first_name(), DELIVERY, "checkout_awaited"));
    let given = &sale.attribution;
    let named = given.reference.is_some() || given.code.is_some() || given.touch.is_some();
    let promotion = match &sale.promotion {
        Some(id) if !facts.promotion && !named => Some((vec![id.clone()], PROMOTION, "promotion_unknown")),
        _ => None,
    };
    let follows = matches!(sale.part, Part::Follows(_));
    let claim = (nobody_said && !follows && !facts.claimed).then(|| {
        let claims = sale.names.iter().map(|name| claim_name(name)).collect();
        (claims, facts.claim_wait, "claim_awaited")
    });
    [beginning, checkout, promotion, claim]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, Money};
    use crate::wire::conversions::{AttributionRef, CustomerRef};
    use serde_json::Map;

    fn sale(part: Part) -> Sale {
        Sale {
            names: vec!["in_1".to_owned(), "sub_1".to_owned()],
            part,
            trial: false,
            value: Money::new(100, Currency::parse("USD").unwrap()).unwrap(),
            charged: 100,
            customer: CustomerRef::default(),
            vendor_customer: None,
            attribution: AttributionRef::default(),
            promotion: None,
            shop: None,
            properties: Map::new(),
        }
    }

    const fn facts() -> Facts {
        Facts {
            known: 0,
            begun: false,
            bound: false,
            promotion: false,
            claimed: false,
            claim_wait: Span::minutes(0),
            received_at: Timestamp::from_millis(0),
            now: Timestamp::from_millis(0),
            forced: false,
        }
    }

    fn awaited(sale: &Sale, facts: &Facts) -> &'static str {
        match judge(sale, facts) {
            Verdict::Wait(wait) => wait.why,
            Verdict::Take => "take",
            Verdict::Same => "same",
            Verdict::TwoSales => "two",
        }
    }

    #[test]
    fn each_part_of_a_sale_waits_for_the_one_that_knows_more() {
        let later = |span: Span| Timestamp::from_millis(0).after(span);
        let follows = || Part::Follows("sub_1".to_owned());
        let (order, maybe, renewal) = (sale(Part::Order), sale(Part::MaybeCheckout), sale(follows()));
        let referred = |part: Part| {
            let mut referred = sale(part);
            referred.attribution.reference = Some("ref_x".to_owned());
            referred
        };
        let promoted = Sale { promotion: Some("promo_1".to_owned()), ..sale(Part::Order) };
        let claims = Facts { claim_wait: Span::minutes(10), ..facts() };
        for (sale, facts, expected) in [
            (&order, facts(), "take"),
            (&order, Facts { known: 1, ..facts() }, "same"),
            (&order, Facts { known: 2, ..facts() }, "two"),
            (&maybe, facts(), "checkout_awaited"),
            (&maybe, Facts { bound: true, ..facts() }, "take"),
            (&maybe, Facts { forced: true, ..facts() }, "take"),
            (&maybe, Facts { now: later(Span::days(3)), ..facts() }, "take"),
            (&referred(Part::MaybeCheckout), facts(), "take"),
            (&renewal, facts(), "beginning_unknown"),
            (&renewal, Facts { bound: true, ..facts() }, "beginning_unknown"),
            (&referred(follows()), facts(), "beginning_unknown"),
            (&renewal, Facts { begun: true, ..facts() }, "take"),
            (&promoted, facts(), "promotion_unknown"),
            (&promoted, Facts { promotion: true, ..facts() }, "take"),
            (&promoted, Facts { now: later(Span::hours(1)), ..facts() }, "take"),
            (&order, claims, "claim_awaited"),
            (&order, Facts { claimed: true, ..claims }, "take"),
            (&order, Facts { bound: true, ..claims }, "take"),
            (&order, Facts { now: later(Span::minutes(10)), ..claims }, "take"),
            (&referred(Part::Order), claims, "take"),
            (&renewal, Facts { begun: true, ..claims }, "take"),
        ] {
            assert_eq!(awaited(sale, &facts), expected, "{sale:?} {facts:?}");
        }
        let Verdict::Wait(wait) = judge(&order, &claims) else { panic!("no wait") };
        assert_eq!(
            (wait.names, wait.until),
            (vec!["claim in_1".to_owned(), "claim sub_1".to_owned()], later(Span::minutes(10)))
        );
    }
}
