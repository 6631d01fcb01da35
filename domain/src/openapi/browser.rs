//! What browsers ask: links, and the small API under the friend's path.

use super::answers::{ClaimKept, Leaderboard, LinkRequested, Me, Participant, Reference};
use super::operation::{Operation, Who, Writer};
use crate::wire::participants::{Beacon, ConsentGiven, Join, MyChange, NewClaim};
use crate::wire::visits::OfferInForce;
use serde_json::{Value, json};

pub(super) fn write(to: &Writer) {
    links(to);
    to.add(
        Operation::new("GET", "/r/-/v1/offer", "readOffer", Who::Visitor, "The offer in force for this visitor")
            .about("The referrer's first name is there where they allow it. What is told in words is in the language that is asked for, as far as the program has it.")
            .asks("via", &json!({"type": "string"}), "The code of the address, where there is no cookie.")
            .asks("lang", &json!({"type": "string"}), "Such as `de` or `pt-BR`. One that we don't have, or none: the program's own.")
            .answers::<OfferInForce>(to, 200, "The offer."),
    );
    to.add(
        Operation::new(
            "GET",
            "/r/-/v1/reference",
            "readReference",
            Who::Visitor,
            "A stand-in for this visitor's touches",
        )
        .about("For places that can't carry the cookie, such as Stripe's `client_reference_id`.")
        .refuses(&[400])
        .answers::<Reference>(to, 200, "The reference, of at most 40 characters."),
    );
    to.add(
        Operation::new(
            "GET",
            "/r/-/v1/me",
            "readMe",
            Who::Participant,
            "One's own link, clicks, conversions and rewards",
        )
        .refuses(&[400, 404])
        .answers::<Me>(to, 200, "The participant."),
    );
    to.add(
        posted::<MyChange>(
            to,
            Operation::new("POST", "/r/-/v1/me", "changeMe", Who::Participant, "Whether one's first name is shown"),
            &json!({"k": "hg_pk_acme", "show_name": true}),
        )
        .about("On a friend's banner, and with an initial on the leaderboard. Nobody's is shown before they say so.")
        .refuses(&[404])
        .answers::<Participant>(to, 200, "The participant."),
    );
    to.add(
        Operation::new(
            "GET",
            "/r/-/v1/leaderboard",
            "readLeaderboard",
            Who::Visitor,
            "The ten participants with the most conversions",
        )
        .about("Where the program has one: 404 `leaderboard_off` otherwise. Conversions that were wholly refunded don't count, and who is paused isn't there.")
        .refuses(&[404])
        .answers::<Leaderboard>(to, 200, "The places, the first first."),
    );
    to.add(
        beacon::<Beacon>(
            to,
            "/r/-/v1/touch",
            "touch",
            "What a person did on the site",
            &json!({"k": "hg_pk_acme", "event": "landing"}),
        )
        .answers_nothing(204, "Counted, where a touch is proved."),
    );
    to.add(
        beacon::<ConsentGiven>(
            to,
            "/r/-/v1/consent",
            "giveConsent",
            "What the visitor says to being counted",
            &json!({"k": "hg_pk_acme", "state": "granted", "via": "ada"}),
        )
        .answers_nothing(204, "Taken note of.")
        .header(204, "Set-Cookie", "The touch, when granted; its end, when denied."),
    );
    to.add(
        posted::<Join>(
            to,
            Operation::new("POST", "/r/-/v1/join", "join", Who::Anyone, "Become a participant"),
            &json!({"k": "hg_pk_acme", "email": "ada@example.com"}),
        )
        .about("With a signed identity the answer is the participant. With an e-mail address, where the program allows it, the answer is always the same, whoever asks: the link travels by the event `participant.link_requested`.")
        .refuses(&[403])
        .answers::<Participant>(to, 200, "The participant.")
        .answers::<LinkRequested>(to, 202, "Look in your mailbox."),
    );
    to.add(
        beacon::<NewClaim>(
            to,
            "/r/-/v1/claim",
            "claim",
            "A conversion that only a browser reports",
            &json!({"k": "hg_pk_acme", "event": "purchase", "external_id": "order-2001", "value": {"amount": 12000, "currency": "USD"}}),
        )
        .about("It earns nothing until a backend reports it too.")
        .answers::<ClaimKept>(to, 202, "Kept."),
    );
    share_page(to);
    pages(to);
}

/// The page that ends messages, and the widget's files.
fn pages(to: &Writer) {
    for (method, id, summary) in [
        ("GET", "askToUnsubscribe", "The page that asks whether messages should end"),
        ("POST", "unsubscribe", "End the messages to an address"),
    ] {
        let page = Operation::new(method, "/r/-/v1/unsubscribe", id, Who::Nobody, summary);
        to.add(if method == "GET" {
            page.answers_as(200, "The page. It changes nothing.", "text/html", json!({"type": "string"}))
        } else {
            page.about("One click, by RFC 8058: the address of the message says who.")
                .asks("k", &json!({"type": "string"}), "The program's publishable key.")
                .asks("t", &json!({"type": "string"}), "The token of the message.")
                .refuses(&[401, 404, 413, 415, 429, 500])
                .answers_as(200, "Nothing more is sent there.", "text/html", json!({"type": "string"}))
        });
    }
    for method in ["GET", "HEAD"] {
        let id = if method == "GET" { "readWidgetFile" } else { "peekWidgetFile" };
        let file = Operation::new(method, "/r/-/{file}", id, Who::Nobody, "A file of the widget, such as widget.js")
            .refuses(&[404]);
        let about = "The file.";
        to.add(if method == "GET" {
            file.answers_as(200, about, "text/javascript", json!({"type": "string"})).or_as(200, "application/wasm")
        } else {
            file.answers_nothing(200, about)
        });
    }
}

/// What the widget does, for a browser without scripts.
fn share_page(to: &Writer) {
    const PAGE: &str = "text/html";
    let page = || json!({"type": "string"});
    let lang = |operation: Operation| {
        let about = "Such as `de` or `pt-BR`. None: what `Accept-Language` likes best, else the program's own.";
        operation.asks("lang", &json!({"type": "string"}), about)
    };
    let asked =
        Operation::new("GET", "/r/-/share", "readSharePage", Who::Visitor, "The share page, which needs no script");
    to.add(
        lang(asked)
            .about("The offer, a link with all ways to share it and its QR code, or how to get one. An identity in the address is passed over.")
            .asks("code", &json!({"type": "string"}), "Whose link is shown, by its code.")
            .asks("via", &json!({"type": "string"}), "The code that a friend came by, where there is no cookie.")
            .answers_as(200, "The page.", PAGE, page())
            .answers_as(429, "The page, or why not.", PAGE, page())
            .or_as(429, "application/json"),
    );
    let fields = json!({
        "type": "object",
        "properties": {
            "k": {"type": "string", "description": "The publishable key; in the query as well."},
            "email": {"type": "string", "description": "Asks for a link by mail, where the program allows it."},
            "identity": {"type": "string", "description": "The JWT that the site's backend signed: a link, and the standing."},
            "show_name": {"enum": ["true", "false"], "description": "With an identity: whether the first name is shown."},
            "consent": {"enum": ["granted", "denied"], "description": "What a friend says to being counted."},
            "via": {"type": "string"},
        },
    });
    let sent = Operation::new("POST", "/r/-/share", "useSharePage", Who::Visitor, "One of the share page's forms");
    let mut sent = lang(sent)
        .about("Taken from the site's own pages alone, by `Sec-Fetch-Site` or `Origin`.")
        .asks("code", &json!({"type": "string"}), "As before.")
        .asks("via", &json!({"type": "string"}), "As before.")
        .takes("application/x-www-form-urlencoded", fields, true, &json!("k=hg_pk_acme&email=ada%40example.com"))
        .answers_as(200, "The page again, with what became of it.", PAGE, page())
        .header(200, "Set-Cookie", "The touch, when consent was given; its end, when denied.");
    for (status, about) in [
        (400, "Nothing that the page knows was asked for, or it can't be read."),
        (401, "The identity isn't in force, or no program is named."),
        (403, "The program takes no addresses, or another site sent the form."),
        (422, "The address isn't one."),
        (429, "Too often; `Retry-After` says when to try again."),
    ] {
        sent = sent.answers_as(status, about, PAGE, page()).or_as(status, "application/json");
    }
    to.add(sent);
}

/// A link, followed: its answers depend on what follows it.
fn links(to: &Writer) {
    let ids =
        [("/r/{code}", "followLink", "peekLink"), ("/r/{code}/{channel}", "followLinkOfChannel", "peekLinkOfChannel")];
    for (path, get, head) in ids {
        let to_path = |operation: Operation| {
            operation
                .asks(
                    "to",
                    &json!({"type": "string"}),
                    "A path of the destination's own site. Anything else is passed over.",
                )
                .answers_nothing(302, "On to the link's destination; to the program's site where nobody has that code.")
                .header(
                    302,
                    "Location",
                    "The destination. Where it is another site, or consent is needed, with `via={code}`.",
                )
                .header(302, "Cache-Control", "`no-store`.")
        };
        let follow = Operation::new("GET", path, get, Who::Nobody, "Follow a referral link");
        to.add(
            to_path(follow)
                .about("Counted for what it is: a person, a bot, an unfurler, a prefetch, a look, a part of a page.")
                .header(302, "Set-Cookie", "The signed touch, for a person who navigates.")
                .answers_as(
                    200,
                    "What an unfurler reads: Open Graph tags, and a way on.",
                    "text/html",
                    json!({"type": "string"}),
                )
                .answers_as(404, "No code is that long.", "text/plain", json!({"type": "string"}))
                .answers_as(
                    503,
                    "To a prefetch, so that the click itself is counted.",
                    "text/plain",
                    json!({"type": "string"}),
                ),
        );
        let look = Operation::new("HEAD", path, head, Who::Nobody, "Where a referral link leads");
        to.add(
            to_path(look)
                .answers_nothing(404, "No code is that long.")
                .answers_nothing(503, "To a prefetch.")
                .answers_nothing(200, "To an unfurler."),
        );
    }
}

fn beacon<T: crate::wire::read::Read>(
    to: &Writer,
    path: &'static str,
    id: &str,
    summary: &str,
    example: &Value,
) -> Operation {
    posted::<T>(to, Operation::new("POST", path, id, Who::Visitor, summary), example)
}

/// JSON, said to be that or plain text: a beacon that says JSON costs the browser a question first.
fn posted<T: crate::wire::read::Read>(to: &Writer, operation: Operation, example: &Value) -> Operation {
    operation.body::<T>(to, example)
}
