//! The kinds of destinations that the API knows, and the fields of each. A journey compares them with the API's own.

use crate::words::forwarding as w;

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Word(&'static [&'static str]),
    /// Names and values, a line each.
    Texts,
    /// JSON with places for what an event has.
    Template,
    Secret,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Where it is in the API's body, such as `settings.pixel_id`.
    pub(super) name: &'static str,
    pub(super) label: fn() -> &'static str,
    pub(super) hint: fn() -> &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

impl Field {
    /// Its name without `settings` or `secrets`.
    pub(super) fn own_name(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, name)| name)
    }

    pub(super) fn is_secret(&self) -> bool {
        self.shape == Shape::Secret
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// The word for it in the API.
    pub(super) word: &'static str,
    pub(super) title: fn() -> &'static str,
    pub(super) lead: fn() -> &'static str,
    /// Whether its address is the owner's to say; else it is the vendor's.
    pub(super) needs_url: bool,
    pub(super) events: &'static [&'static str],
    pub(super) fields: &'static [Field],
}

const fn field(name: &'static str, shape: Shape, label: fn() -> &'static str, hint: fn() -> &'static str) -> Field {
    Field { name, label, hint, shape, required: false }
}

const fn must(of: Field) -> Field {
    Field { required: true, ..of }
}

fn nothing() -> &'static str {
    ""
}

const CONSENT: Field =
    field("settings.consent", Shape::Word(&["required", "not_required"]), w::consent, w::consent_hint);
/// Those that messages are written in.
const LANGUAGES: &[&str] = &["en", "de", "fr", "es", "pt", "ja", "ar", "hi"];
const NAMES: Field = field("settings.event_names", Shape::Texts, w::event_names, w::event_names_hint);
const TEST_CODE: Field = field("settings.test_event_code", Shape::Text, w::test_event_code, w::test_event_code_hint);
const ACCESS: Field = must(field("secrets.access_token", Shape::Secret, w::access_token, nothing));

/// What a kind that takes everything can be asked for.
pub(super) const ALL: &[&str] =
    &["*", "participant.*", "conversion.*", "reward.*", "ledger.head", "budget.warning", "destination.disabled"];

pub(super) const KINDS: &[Kind] = &[
    Kind { word: "webhook", title: w::webhook, lead: w::webhook_lead, needs_url: true, events: ALL, fields: &[] },
    Kind {
        word: "google_analytics",
        title: w::google_analytics,
        lead: w::google_analytics_lead,
        needs_url: false,
        events: &["conversion.recorded", "conversion.refunded"],
        fields: &[
            must(field("settings.measurement_id", Shape::Text, w::measurement_id, w::measurement_id_hint)),
            must(field("secrets.api_secret", Shape::Secret, w::api_secret, nothing)),
            CONSENT,
            NAMES,
        ],
    },
    Kind {
        word: "meta",
        title: w::meta,
        lead: w::meta_lead,
        needs_url: false,
        events: &["conversion.recorded"],
        fields: &[
            must(field("settings.pixel_id", Shape::Text, w::pixel_id, nothing)),
            ACCESS,
            field("settings.api_version", Shape::Text, w::api_version, w::api_version_hint),
            TEST_CODE,
            CONSENT,
            NAMES,
        ],
    },
    Kind {
        word: "tiktok",
        title: w::tiktok,
        lead: w::tiktok_lead,
        needs_url: false,
        events: &["conversion.recorded"],
        fields: &[
            must(field("settings.pixel_code", Shape::Text, w::pixel_code, nothing)),
            ACCESS,
            TEST_CODE,
            CONSENT,
            NAMES,
        ],
    },
    Kind {
        word: "segment",
        title: w::segment,
        lead: w::segment_lead,
        needs_url: false,
        events: &["conversion.*", "participant.joined", "reward.*"],
        fields: &[
            must(field("secrets.write_key", Shape::Secret, w::write_key, nothing)),
            field("settings.consent_category", Shape::Text, w::consent_category, w::consent_category_hint),
            CONSENT,
            NAMES,
        ],
    },
    Kind {
        word: "hubspot",
        title: w::hubspot,
        lead: w::hubspot_lead,
        needs_url: false,
        events: &["conversion.*", "participant.joined", "reward.*"],
        fields: &[
            ACCESS,
            NAMES,
            field("settings.contact_properties", Shape::Texts, w::contact_properties, w::contact_properties_hint),
        ],
    },
    Kind {
        word: "slack",
        title: w::slack,
        lead: w::slack_lead,
        needs_url: false,
        events: ALL,
        fields: &[
            field("secrets.webhook_url", Shape::Secret, w::webhook_url, w::webhook_url_hint),
            field("secrets.token", Shape::Secret, w::bot_token, w::bot_token_hint),
            field("settings.channel", Shape::Text, w::channel, nothing),
        ],
    },
    Kind {
        word: "email",
        title: w::email,
        lead: w::email_lead,
        needs_url: false,
        events: &[
            "participant.joined",
            "participant.link_requested",
            "conversion.recorded",
            "reward.created",
            "reward.fulfilled",
        ],
        fields: &[
            must(field("settings.provider", Shape::Word(&["postmark", "resend"]), w::provider, nothing)),
            must(field("settings.from", Shape::Text, w::from_address, w::from_hint)),
            must(field("secrets.token", Shape::Secret, w::token, nothing)),
            field("settings.reply_to", Shape::Text, w::reply_to, nothing),
            field("settings.sender_address", Shape::Text, w::sender_address, w::sender_address_hint),
            field("settings.message_stream", Shape::Text, w::message_stream, w::message_stream_hint),
            field("settings.lang", Shape::Word(LANGUAGES), w::mail_lang, w::mail_lang_hint),
            field("settings.messages", Shape::Template, w::messages, w::messages_hint),
        ],
    },
    Kind {
        word: "http",
        title: w::http,
        lead: w::http_lead,
        needs_url: true,
        events: ALL,
        fields: &[
            field("settings.method", Shape::Word(&["POST", "PUT", "PATCH"]), w::method, nothing),
            field("settings.headers", Shape::Texts, w::headers, w::headers_hint),
            field("settings.body", Shape::Template, w::body, w::body_hint),
            field("settings.expect", Shape::Texts, w::expect, w::expect_hint),
            field("secrets.authorization", Shape::Secret, w::authorization, w::authorization_hint),
            field("secrets.token", Shape::Secret, w::token, w::http_token_hint),
        ],
    },
];

pub(super) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.word == name)
}

pub(super) fn title(name: &str) -> String {
    match kind(name) {
        Some(kind) => (kind.title)().to_owned(),
        None if name == "approval" => w::approval().to_owned(),
        None => name.to_owned(),
    }
}
