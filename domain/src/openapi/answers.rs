//! The shapes of the answers that have no type elsewhere. What has one (`wire`, `ledger`, `lint`) tells its shape itself.
//! The journey `the_schema_holds` compares every answer with them, field by field.

use crate::code::Code;
use crate::fault::Fault;
use crate::id::{
    ClickId, ConversionId, CustomerId, DeliveryId, DestinationId, DisputeId, EntryId, EventId, KeyId, ParticipantId,
    PayoutId, RewardId, SessionId,
};
use crate::leaderboard::Place;
use crate::ledger::Posting;
use crate::lint::Finding;
use crate::money::{Currency, Money};
use crate::reward::next::NextTier;
use crate::time::Timestamp;
use crate::wire::answers::{ConversionAnswer, RewardAnswer};
use crate::wire::decision::{Credit, Decision};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What decisions are told with beside what is stored: the language, and words for each touch and rule. Lists and events
/// leave them out.
pub(super) fn in_words(schemas: &mut Map<String, Value>) {
    let words = json!({"$ref": "#/components/schemas/Explanation"});
    for (name, field, schema) in [
        ("TouchTrace", "explanation", words.clone()),
        ("RuleTrace", "explanation", words),
        ("Decision", "lang", json!({"type": "string", "description": "The language of the words."})),
    ] {
        if let Some(shape) = schemas.get_mut(name) {
            shape["properties"][field] = schema;
        }
    }
}

macro_rules! answers {
    ($($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$about])*
        #[derive(Serialize, JsonSchema)]
        #[allow(clippy::struct_field_names, reason = "fields have the API's names")]
        pub(super) struct $name { $($(#[$note])* $field: $kind,)* }
    )*};
}

/// A page of a list. `next_cursor` is null on the last one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(super) struct Page<T> {
    data: Vec<T>,
    next_cursor: Option<String>,
}

answers! {
    /// Every refusal.
    Refusal { error: RefusalTold, }
    RefusalTold {
        /// Stable.
        code: String,
        message: String,
        /// The field or parameter that it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// All that is wrong in the body.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        faults: Vec<Fault>,
    }
    Health {
        status: String,
        version: String,
        /// The prefix under which friends' links and the widget are, on a program's own site. `/r` in this document.
        friend_path: String,
    }

    ProgramMade {
        id: String,
        name: String,
        site: String,
        kind: String,
        mode: String,
        version: i64,
        /// Shown this once.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret_key: Option<String>,
        publishable_key: String,
        /// Shown this once.
        #[serde(skip_serializing_if = "Option::is_none")]
        identity_secret: Option<String>,
        /// Of the decision callback, where the file names one. Shown this once.
        #[serde(skip_serializing_if = "Option::is_none")]
        callback_secret: Option<String>,
    }
    ProgramListed { id: String, site: String, mode: String, kind: String, created_at: Timestamp, }
    Findings { findings: Vec<Finding>, }
    Key {
        id: KeyId,
        /// How it begins.
        hint: String,
        label: Option<String>,
        scopes: Vec<String>,
        created_at: Timestamp,
        revoked_at: Option<Timestamp>,
    }
    KeyMade {
        id: KeyId,
        /// Shown this once.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret_key: Option<String>,
        label: Option<String>,
        scopes: Vec<String>,
        created_at: Timestamp,
    }
    SessionMade {
        id: SessionId,
        /// Null for a session of the admin secret.
        program: Option<String>,
        /// Those of the key.
        scopes: Vec<String>,
        created_at: Timestamp,
        /// When it ends if it isn't used.
        expires_at: Timestamp,
    }
    Session {
        id: SessionId,
        /// Null for a session of the admin secret.
        program: Option<String>,
        /// The key that it was made from. Null for a session of the admin secret.
        key: Option<KeyId>,
        /// The key's.
        label: Option<String>,
        scopes: Vec<String>,
        /// What the browser says of itself.
        agent: Option<String>,
        created_at: Timestamp,
        /// The last use, to five minutes.
        used_at: Timestamp,
        /// When it ends if it isn't used.
        expires_at: Timestamp,
        /// Whether this request was made with it.
        current: bool,
    }
    IdentityMade {
        /// Shown this once.
        #[serde(skip_serializing_if = "Option::is_none")]
        identity_secret: Option<String>,
    }

    Participant {
        id: ParticipantId,
        external_id: String,
        email: String,
        name: Option<String>,
        /// `active` or `paused`.
        state: String,
        code: Code,
        link: String,
        share_page: String,
        metadata: Map<String, Value>,
        /// Whether friends and the leaderboard may show their first name.
        show_name: bool,
        /// What messages to them are written in, where that is known.
        lang: Option<String>,
        created_at: Timestamp,
    }
    ParticipantTold {
        #[serde(flatten)]
        participant: Participant,
        links: Vec<LinkListed>,
    }
    LinkListed { code: Code, destination: Option<String>, state: String, link: String, }
    Link {
        code: Code,
        link: String,
        participant: ParticipantId,
        destination: Option<String>,
        /// `active` or `paused`.
        state: String,
        created_at: Timestamp,
        /// Clicks of persons in the last 30 days.
        person: i64,
    }
    LinkMade { code: Code, link: String, participant: ParticipantId, destination: Option<String>, state: String, }
    ParticipantLine {
        #[serde(flatten)]
        line: Line,
        #[serde(skip_serializing_if = "Option::is_none")]
        participant: Option<Participant>,
    }
    ConversionLine {
        #[serde(flatten)]
        line: Line,
        #[serde(skip_serializing_if = "Option::is_none")]
        conversion: Option<ConversionAnswer>,
    }
    CustomerLine {
        #[serde(flatten)]
        line: Line,
        #[serde(skip_serializing_if = "Option::is_none")]
        customer: Option<CustomerNamed>,
    }
    CustomerNamed { id: CustomerId, }
    /// The result of one line of a batch.
    Line {
        /// Counted from 1; empty lines aren't counted.
        line: u64,
        /// What the line alone would have been answered with.
        status: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<RefusalTold>,
    }

    Click {
        id: ClickId,
        code: String,
        channel: Option<String>,
        /// `person`, `bot`, `unfurler`, `prefetch`, `head` or `embedded`.
        quality: String,
        /// Why it was no touch.
        reason: Option<String>,
        at: Timestamp,
        human: bool,
        engaged: bool,
        qualified: bool,
    }
    ClickCount {
        /// The hour, the day, the code or the channel.
        key: String,
        raw: u64,
        person: u64,
        unique: u64,
        human: u64,
        engaged: u64,
        qualified: u64,
        bot: u64,
        unfurler: u64,
        prefetch: u64,
        head: u64,
        embedded: u64,
    }

    ConversionTold {
        #[serde(flatten)]
        conversion: ConversionAnswer,
        /// Who has the credit now; the decision says who had it at first.
        credits: Vec<Credit>,
        disputes: Vec<Dispute>,
    }
    Dispute {
        id: DisputeId,
        conversion: ConversionId,
        reason: String,
        /// `open` or `settled`.
        state: String,
        opened_at: Timestamp,
        settlement: Option<Settlement>,
    }
    Settlement {
        /// `upheld` or `rejected`.
        outcome: String,
        reason: String,
        /// Who has the credit since; null where the decision stands.
        credits: Option<Vec<Credit>>,
        at: Timestamp,
    }
    DisputeOpened {
        #[serde(flatten)]
        dispute: Dispute,
        decision: Decision,
        rewards: Vec<RewardAnswer>,
    }
    DisputeSettled {
        #[serde(flatten)]
        dispute: Dispute,
        rewards: Vec<RewardAnswer>,
    }
    Refund {
        event: String,
        external_id: String,
        refund_id: String,
        value: Option<Money>,
        /// `waiting` for its conversion, `applied`, or `refused: ` and why.
        state: String,
        conversion: Option<ConversionId>,
        rewards: Option<Vec<RewardAnswer>>,
    }

    Source {
        /// `stripe` or `shopify`.
        source: String,
        /// How many are in force.
        secrets: u64,
        claim_wait_minutes: i64,
        /// Where the vendor posts.
        path: String,
        changed_at: Timestamp,
        last_received_at: Option<Timestamp>,
    }
    InboundTaken { id: String, state: String, reason: Option<String>, }
    Inbound {
        id: String,
        source: String,
        /// The vendor's own id of it.
        event: String,
        r#type: String,
        /// `done`, `skipped`, `waiting` or `failed`.
        state: String,
        reason: Option<String>,
        detail: Option<Value>,
        conversion: Option<String>,
        replayable: bool,
        received_at: Timestamp,
        wait_until: Option<Timestamp>,
    }
    Claim {
        id: String,
        event: String,
        external_id: String,
        value: Option<Money>,
        customer: Option<Value>,
        /// Whether the browser had touches.
        touched: bool,
        /// `open`, `confirmed` or `rejected`.
        state: String,
        conversion: Option<ConversionId>,
        at: Timestamp,
    }

    CouponsAdded { pool: String, added: u64, free: u64, }
    CouponPool { pool: String, free: u64, used: u64, }
    Payout {
        id: PayoutId,
        /// `open` or `settled`.
        state: String,
        total: Money,
        /// In minor units.
        minimum: i64,
        created_at: Timestamp,
        /// How many lines it has.
        beneficiaries: u64,
        /// Null in a list that was asked for without them.
        lines: Option<Vec<PayoutLine>>,
    }
    PayoutLine {
        beneficiary: String,
        value: Money,
        /// `open`, `confirmed` or `failed`.
        state: String,
    }
    PayoutPlan {
        total: Money,
        /// In minor units.
        minimum: i64,
        /// Lines that it would have.
        beneficiaries: u64,
        /// Rewards that those would pay for.
        rewards: u64,
        /// What is earned and wouldn't be in it.
        skipped: Vec<PayoutSkipped>,
    }
    PayoutSkipped {
        /// `below_minimum`, `in_open_payout`, `owes_back` (the total is what they owe), `other_currency` or `not_approved`.
        reason: String,
        beneficiaries: u64,
        total: Money,
    }
    ParticipantStatement {
        participant: ParticipantId,
        #[serde(flatten)]
        statement: Statement,
    }
    FriendStatement {
        friend: CustomerId,
        #[serde(flatten)]
        statement: Statement,
    }
    Statement {
        /// By currency, in minor units.
        balances: BTreeMap<Currency, Balance>,
        postings: Vec<Posting>,
        /// Why what was owed back was given up, each time.
        write_offs: Vec<WriteOffListed>,
        next_cursor: Option<String>,
    }
    WriteOffListed { entry: EntryId, reason: String, at: Timestamp, }
    WriteOff { entry: EntryId, beneficiary: String, value: Money, reason: String, at: Timestamp, }
    Balance { pending: i64, payable: i64, paid: i64, }

    Destination {
        id: DestinationId,
        kind: String,
        url: String,
        events: Vec<String>,
        /// Of the kind's own fields.
        settings: Map<String, Value>,
        /// The names of the vendor's secrets that are set. They are never shown.
        secrets: Vec<String>,
        /// Whether what concerns one conversion goes out in its order.
        ordered: bool,
        /// `enabled` or `disabled`.
        state: String,
        why: Option<String>,
        /// When the first try failed since one succeeded. Null where the last one succeeded.
        failing_since: Option<Timestamp>,
        created_at: Timestamp,
    }
    DestinationMade {
        #[serde(flatten)]
        destination: Destination,
        /// Shown this once.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
    }
    TestSent { delivery: DeliveryId, event: EventId, }
    Replayed {
        replayed: u64,
        /// Of a range that holds more than are sent again at once: where the next one begins.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_from: Option<Timestamp>,
    }
    Replayable {
        deliveries: u64,
        /// Of a range that holds more than are sent again at once: where the next one begins.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_from: Option<Timestamp>,
    }
    Delivery {
        id: DeliveryId,
        destination: Option<DestinationId>,
        event: EventId,
        /// The event's kind.
        r#type: String,
        state: String,
        tries: u64,
        next_at: Option<Timestamp>,
        created_at: Timestamp,
    }
    DeliveryTold {
        #[serde(flatten)]
        delivery: Delivery,
        attempts: Vec<Attempt>,
        /// The event as it is sent.
        body: Value,
    }
    Attempt {
        number: u64,
        at: Timestamp,
        request: Value,
        status: Option<i64>,
        /// The first 2 kB.
        answer: Option<String>,
        error: Option<String>,
        ms: i64,
    }

    Reference {
        /// Null where the visitor has no touch.
        reference: Option<String>,
    }
    Me {
        participant: Participant,
        conversions: u64,
        rewards: Vec<RewardShown>,
        clicks: ClicksShown,
        /// Null where no tier or milestone lies ahead.
        next_tier: Option<NextTier>,
        /// Whether the participant allows their first name to be shown.
        show_name: bool,
    }
    ClicksShown { raw: u64, person: u64, human: u64, }
    RewardShown {
        id: RewardId,
        state: String,
        kind: String,
        value: Option<Money>,
        item: Option<String>,
        months: Option<i64>,
        coupon: Option<String>,
        created_at: Timestamp,
        /// When it stops being pending.
        due_at: Timestamp,
        expires_at: Option<Timestamp>,
        reason: Option<String>,
    }
    Leaderboard {
        /// At most ten.
        data: Vec<Place>,
        /// `all`: of all time.
        period: String,
    }
    LinkRequested { message: String, }
    ClaimKept { event: String, external_id: String, state: String, }
}
