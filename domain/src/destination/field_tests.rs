//! Settings and secrets as owners write them, well and badly.

#![expect(clippy::needless_pass_by_value, reason = "JSON is handed over as it is written")]

use crate::destination::field::Given;
use crate::fault::Refusal;
use crate::wire::destinations::{DestinationChange, NewDestination};
use crate::wire::read;
use serde_json::{Value, json};

fn made(body: Value) -> Result<NewDestination, Refusal> {
    read::body(&body.to_string())
}

#[test]
fn each_kind_is_made_with_its_own_settings_at_its_vendor() {
    for (kind, url, settings, secrets) in [
        (
            "google_analytics",
            "https://www.google-analytics.com",
            json!({"measurement_id": "G-1"}),
            json!({"api_secret": "12345678"}),
        ),
        (
            "meta",
            "https://graph.facebook.com",
            json!({"pixel_id": "1", "api_version": "v24.0"}),
            json!({"access_token": "12345678"}),
        ),
        ("tiktok", "https://business-api.tiktok.com", json!({"pixel_code": "C1"}), json!({"access_token": "12345678"})),
        ("segment", "https://api.segment.io", json!({"consent": "not_required"}), json!({"write_key": "12345678"})),
        (
            "hubspot",
            "https://api.hubapi.com",
            json!({"event_names": {"purchase": "pe1_p"}}),
            json!({"access_token": "12345678"}),
        ),
        ("slack", "https://slack.com", json!({}), json!({"webhook_url": "https://hooks.slack.com/services/T/B/X"})),
        ("slack", "https://slack.com", json!({"channel": "C1"}), json!({"token": "xoxb-1234"})),
        (
            "email",
            "https://api.postmarkapp.com",
            json!({"provider": "postmark", "from": "A <a@b.example>"}),
            json!({"token": "12345678"}),
        ),
        (
            "email",
            "https://api.resend.com",
            json!({"provider": "resend", "from": "a@b.example"}),
            json!({"token": "12345678"}),
        ),
    ] {
        let new = made(json!({"kind": kind, "settings": settings, "secrets": secrets}))
            .unwrap_or_else(|bad| panic!("{bad:?}"));
        assert_eq!(new.url, url);
        assert_eq!(new.events, new.kind.takes);
        let other = json!({"kind": kind, "settings": settings, "secrets": secrets, "url": "https://eu.example"});
        assert_eq!(made(other).unwrap().url, "https://eu.example");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_path() {
    let ga =
        |settings: Value, secrets: Value| json!({"kind": "google_analytics", "settings": settings, "secrets": secrets});
    let http = |settings: Value| json!({"kind": "http", "url": "https://x.example", "settings": settings});
    let good = json!({"measurement_id": "G-1"});
    for (body, status, code, field) in [
        (ga(json!({}), json!({"api_secret": "12345678"})), 400, "missing_field", "settings.measurement_id"),
        (ga(good.clone(), json!({})), 400, "missing_field", "secrets.api_secret"),
        (ga(good.clone(), json!({"api_secret": "short"})), 400, "invalid_setting", "secrets.api_secret"),
        (ga(good.clone(), json!({"api_secret": "12345678\n"})), 400, "invalid_setting", "secrets.api_secret"),
        (
            ga(json!({"measurement_id": 5}), json!({"api_secret": "12345678"})),
            400,
            "invalid_setting",
            "settings.measurement_id",
        ),
        (
            ga(json!({"measurement_id": "G", "api_secret": "x"}), json!({"api_secret": "12345678"})),
            400,
            "unknown_field",
            "settings.api_secret",
        ),
        (
            ga(json!({"measurement_id": "G", "consent": "yes"}), json!({"api_secret": "12345678"})),
            400,
            "invalid_setting",
            "settings.consent",
        ),
        (json!({"kind": "webhook"}), 400, "missing_field", "url"),
        (
            json!({"kind": "webhook", "url": "https://x.example", "secrets": {"a": "b"}}),
            400,
            "unknown_field",
            "secrets.a",
        ),
        (
            json!({"kind": "meta", "settings": {"pixel_id": "1/../me"}, "secrets": {"access_token": "12345678"}}),
            422,
            "invalid_setting",
            "settings.pixel_id",
        ),
        (
            json!({"kind": "meta", "settings": {"pixel_id": "1"}, "secrets": {"access_token": "12345678"}, "events": ["reward.*"]}),
            422,
            "event_not_taken",
            "events[0]",
        ),
        (json!({"kind": "slack"}), 422, "invalid_setting", "secrets.webhook_url"),
        (json!({"kind": "slack", "secrets": {"token": "12345678"}}), 422, "invalid_setting", "settings.channel"),
        (
            json!({"kind": "hubspot", "secrets": {"access_token": "12345678"}}),
            422,
            "invalid_setting",
            "settings.event_names",
        ),
        (
            json!({"kind": "email", "settings": {"provider": "fax", "from": "a@b.c"}, "secrets": {"token": "12345678"}}),
            400,
            "invalid_setting",
            "settings.provider",
        ),
        (
            json!({"kind": "email", "settings": {"provider": "resend", "from": "nobody"}, "secrets": {"token": "12345678"}}),
            400,
            "invalid_setting",
            "settings.from",
        ),
        (http(json!({"headers": {"Host": "x"}})), 422, "invalid_setting", "settings.headers"),
        (http(json!({"headers": {"webhook-signature": "x"}})), 422, "invalid_setting", "settings.headers"),
        (http(json!({"headers": {"x y": "x"}})), 422, "invalid_setting", "settings.headers"),
        (http(json!({"headers": {"Authorization": "x"}})), 422, "invalid_setting", "settings.headers"),
        (http(json!({"method": "GET"})), 400, "invalid_setting", "settings.method"),
    ] {
        let refusal = made(body.clone()).err().unwrap_or_else(|| panic!("{body} was accepted"));
        assert_eq!((refusal.status, refusal.code, refusal.field.as_deref()), (status, code, Some(field)), "{body}");
    }
}

#[test]
fn a_change_leaves_the_rest_and_null_takes_away() {
    let new = made(json!({
        "kind": "meta", "settings": {"pixel_id": "1", "test_event_code": "T1"}, "secrets": {"access_token": "12345678"},
    }));
    let new = new.unwrap();
    let held: Given = (new.settings, new.secrets);
    let change = |body: Value| read::body::<DestinationChange>(&body.to_string()).unwrap().given(new.kind, &held);
    let (settings, secrets) = change(json!({"settings": {"test_event_code": null, "pixel_id": "2"}})).unwrap();
    assert_eq!(Value::Object(settings), json!({"pixel_id": "2"}));
    assert_eq!(secrets["access_token"], "12345678");
    let (settings, secrets) = change(json!({"secrets": {"access_token": "87654321"}})).unwrap();
    assert_eq!(settings.len(), 2);
    assert_eq!(secrets["access_token"], "87654321");
    assert_eq!(
        change(json!({"secrets": {"access_token": null}})).unwrap_err().field.as_deref(),
        Some("secrets.access_token")
    );
    assert_eq!(change(json!({"events": ["ledger.head"]})).unwrap_err().code, "event_not_taken");
}
