//! Participants, their links, what clicks came by them; and people who are customers already.

use super::answers::{
    Click, ClickCount, CustomerLine, FriendStatement, Link, LinkMade, Page, Participant, ParticipantLine,
    ParticipantStatement, ParticipantTold,
};
use super::operation::{Operation, Who, Writer};
use crate::search::Order;
use crate::wire::conversions::CustomerRef;
use crate::wire::participants::{NewLink, NewParticipant, ParticipantChange};
use serde_json::{Value, json};

const READ: Who = Who::Key("read");
const WRITE: Who = Who::Key("write");

pub(super) fn write(to: &Writer) {
    to.add(
        Operation::new("POST", "/v1/participants", "createParticipant", WRITE, "Make a participant")
            .once()
            .body::<NewParticipant>(to, &ada())
            .answers::<Participant>(to, 201, "Made, with a first link.")
            .answers::<Participant>(to, 200, "The one who has this `external_id` already."),
    );
    to.add(
        Operation::new("POST", "/v1/participants/batch", "createParticipants", WRITE, "Make many participants")
            .lines::<NewParticipant, ParticipantLine>(
            to,
            &[ada(), json!({"external_id": "u-2", "email": "grace@example.com"})],
        ),
    );
    to.add(
        Operation::new("GET", "/v1/participants", "listParticipants", READ, "Who refers")
            .list(&["external_id", "email", "state"])
            .asks("ids", &json!({"type": "string"}), "Only those of these ids, with commas between: 100 at most.")
            .asks(
                "search",
                &json!({"type": "string", "maxLength": 255}),
                "Only those with a code, an address, a name or an `external_id` that begins so, in small or capital letters.",
            )
            .asks(
                "sort",
                &json!({"type": "string", "enum": Order::ALL.map(Order::as_str), "default": Order::default().as_str()}),
                "The order; with `-`, backwards. A cursor goes on in the order that it was given in.",
            )
            .answers::<Page<Participant>>(to, 200, "A page of them."),
    );
    to.add(
        Operation::new("GET", "/v1/participants/{id}", "readParticipant", READ, "One participant with all links")
            .answers::<ParticipantTold>(to, 200, "The participant."),
    );
    to.add(
        Operation::new("PATCH", "/v1/participants/{id}", "changeParticipant", WRITE, "Change a participant")
            .about("What is absent stays. While one is paused, their links lead on and earn nothing.")
            .once()
            .body::<ParticipantChange>(to, &json!({"state": "paused", "metadata": {"tier": "gold"}}))
            .answers::<ParticipantTold>(to, 200, "The participant as it is now."),
    );
    to.add(
        Operation::new("GET", "/v1/links", "listLinks", READ, "Links, and those that earn nothing")
            .list(&["participant", "state"])
            .asks(
                "unproductive",
                &json!({"type": "boolean"}),
                "Only active links that many persons followed in the last 30 days while nobody was credited for them; or only \
                 the others.",
            )
            .answers::<Page<Link>>(to, 200, "A page of them, the earliest first."),
    );
    to.add(
        Operation::new("POST", "/v1/participants/{id}/links", "createLink", WRITE, "Give a participant another link")
            .once()
            .body_or_none::<NewLink>(to, &json!({"code": "ada-mail"}))
            .answers::<LinkMade>(to, 201, "Made."),
    );
    let statement = |path, id: &str, summary: &str| {
        Operation::new("GET", path, id, READ, summary)
            .about("The postings of a page, and the balances that all are the sums of.")
            .list(&[])
            .by_time()
    };
    let whose = "What a participant earned, was paid and is owed";
    to.add(statement("/v1/participants/{id}/statement", "readStatement", whose).answers::<ParticipantStatement>(
        to,
        200,
        "The statement.",
    ));
    let either = json!({"oneOf": [to.gives::<ParticipantStatement>(), to.gives::<FriendStatement>()]});
    to.add(
        statement(
            "/v1/beneficiaries/{id}/statement",
            "readBeneficiaryStatement",
            "The same of a participant or a friend",
        )
        .answers_as(200, "The statement.", "application/json", either),
    );
    to.add(
        Operation::new("POST", "/v1/customers/batch", "importCustomers", WRITE, "People who are customers already")
            .about("So that nobody is paid for them.")
            .lines::<CustomerRef, CustomerLine>(to, &[json!({"external_id": "u-9", "email": "old@example.com"})]),
    );
    clicks(to);
}

fn clicks(to: &Writer) {
    let time = || json!({"type": "string", "format": "date-time"});
    let code = |operation: Operation| {
        operation
            .asks("code", &json!({"type": "string"}), "Only clicks on this code.")
            .asks("from", &time(), "From this moment on.")
            .asks("to", &time(), "Up to this moment, which isn't counted.")
    };
    let qualities: Vec<&str> = crate::clickquality::Quality::ALL.iter().map(|quality| quality.as_str()).collect();
    to.add(
        code(Operation::new(
            "GET",
            "/v1/clicks",
            "listClicks",
            READ,
            "Raw clicks, in the order in which they were made",
        ))
        .asks("quality", &json!({"type": "string", "enum": qualities}), "Only clicks of this quality.")
        .asks(
            "cursor",
            &json!({"type": "string", "pattern": "^clk_[0-9a-v]{25}[048cgkos]$"}),
            "`next_cursor` of the page before.",
        )
        .shared("Limit")
        .by_time()
        .answers::<Page<Click>>(
            to,
            200,
            "A page of them. One may be shorter than its limit, and not the last.",
        ),
    );
    to.add(
        code(Operation::new("GET", "/v1/stats/clicks", "countClicks", READ, "What clicks add up to"))
            .asks(
                "group_by",
                &json!({"type": "string", "enum": ["hour", "day", "code", "channel"], "default": "day"}),
                "What each row is for.",
            )
            .shared("Limit")
            .shared("Cursor")
            .answers::<Page<ClickCount>>(to, 200, "A row for each."),
    );
}

fn ada() -> Value {
    json!({"external_id": "u-1", "email": "ada@example.com", "name": "Ada", "code": "ada", "metadata": {"plan": "pro"}})
}
