//! Where conversions come from without a backend: vendors' webhooks. Pure: an event's bytes become what it means here,
//! and nothing is asked of the vendor.
//!
//! Vendors send each event at least once, late, and in any order. So what an event means never depends on what came
//! before: a sale says its names, what was given back says the sale's name, and whoever comes first waits.

pub mod signature;

pub mod payload;

pub mod shopify;
pub mod stripe;

pub mod returned;
pub mod waiting;

use crate::money::Money;
use crate::program::Mode;
use crate::time::Timestamp;
use crate::wire::conversions::{AttributionRef, CustomerRef};
use returned::Return;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vendor {
    Stripe,
    Shopify,
}

impl Vendor {
    pub const ALL: [Self; 2] = [Self::Stripe, Self::Shopify];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Shopify => "shopify",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.as_str() == text)
    }
}

/// One event as it was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The vendor's own id of the event: the same in every delivery.
    pub id: String,
    /// The vendor's word for it, such as `invoice.paid`.
    pub kind: String,
    pub at: Option<Timestamp>,
    /// Test or live, where the event says.
    pub mode: Option<Mode>,
    pub meaning: Meaning,
}

/// What an event means here.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    Sale(Box<Sale>),
    /// One sale goes by all of these names.
    Names(Vec<String>),
    /// Something was given back, or may be.
    Returned(Vec<Return>),
    /// What a customer types stands behind an id of the vendor's.
    Promotion {
        id: String,
        code: String,
    },
    /// Nothing more is paid by the sale of that name.
    Ended(String),
    /// The merchant is to be told what is kept of this person.
    DataRequest(Person),
    /// All that is kept of this person goes.
    Redact(Person),
    /// All that came from this shop goes.
    RedactShop(String),
    /// Nothing is to be done, and why.
    Nothing(&'static str),
    /// It should mean something and can't be understood: what is missing or wrong, and where.
    Unreadable(String),
}

/// A sale, or a free beginning that a sale may follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    /// Each of the vendor's ids that the sale goes by. The first is the conversion's `external_id`.
    pub names: Vec<String>,
    pub part: Part,
    /// The beginning of a subscription, with nothing to pay yet.
    pub trial: bool,
    /// What the goods cost: without tax and shipping.
    pub value: Money,
    /// What was charged in all, in minor units: what is given back is measured against it.
    pub charged: i64,
    pub customer: CustomerRef,
    /// The vendor's own id of the customer: who it is where nothing else says.
    pub vendor_customer: Option<String>,
    pub attribution: AttributionRef,
    /// The vendor's id of a promotion code whose text another event tells.
    pub promotion: Option<String>,
    /// Where the sale was made, for vendors with many shops.
    pub shop: Option<String>,
    pub properties: Map<String, Value>,
}

/// Which part of a business with a customer a sale is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Whole in itself.
    Order,
    /// It may be the other half of a checkout, which knows more.
    MaybeCheckout,
    /// A payment that follows the sale of that name.
    Follows(String),
}

/// Someone whom a privacy request is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The vendor's id of the customer.
    pub vendor_customer: Option<String>,
    pub email: Option<String>,
    /// Names of sales.
    pub orders: Vec<String>,
}

impl Sale {
    /// Whether the sale itself says who brought the customer.
    pub fn is_attributed(&self) -> bool {
        let given = &self.attribution;
        [&given.touch, &given.reference, &given.code, &given.coupon].into_iter().any(Option::is_some)
            || self.promotion.is_some()
    }

    /// Whether this person bought. Only their own vendor's ids say so; an address does anywhere.
    pub fn is_by(&self, person: &Person, own_vendor: bool) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let email = self.customer.email.as_ref().map(crate::person::Email::folded);
        let named = same(&self.vendor_customer, &person.vendor_customer)
            || self.names.iter().any(|name| person.orders.contains(name));
        same(&email, &person.email) || (own_vendor && named)
    }

    /// The conversion's event. `unpaid_so_far`: the sale that it follows was free, and no payment followed yet.
    pub fn event(&self, unpaid_so_far: bool) -> &'static str {
        match self.part {
            _ if self.trial => "trial",
            Part::Follows(_) if !unpaid_so_far => "renewal",
            Part::Follows(_) | Part::Order | Part::MaybeCheckout => "purchase",
        }
    }
}

/// Why an event of that mode isn't for a program of this one; none when it is.
pub fn of_another_mode(event: Option<Mode>, program: Mode) -> Option<&'static str> {
    match (event, program) {
        (Some(Mode::Test), Mode::Live) => Some("test_mode"),
        (Some(Mode::Live), Mode::Test) => Some("live_mode"),
        _ => None,
    }
}
