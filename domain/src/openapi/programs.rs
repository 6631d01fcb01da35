//! Programs, their files and their keys.

use super::answers::{Findings, IdentityMade, Key, KeyMade, Page, ProgramListed, ProgramMade, Session, SessionMade};
use super::operation::{Operation, Who, Writer};
use crate::program::Program;
use crate::wire::doctor::Checkup;
use crate::wire::jobs::JobAnswer;
use crate::wire::programs::NewKey;
use serde_json::{Value, json};

const READ: Who = Who::Key("read");
const WRITE: Who = Who::Key("write");

pub(super) fn write(to: &Writer) {
    to.add(
        Operation::new("POST", "/v1/programs", "createProgram", Who::Admin, "Make a program")
            .once()
            .body::<Program>(to, &file("globex"))
            .answers::<ProgramMade>(to, 201, "Made. Its secrets are shown this once."),
    );
    to.add(
        Operation::new("GET", "/v1/programs", "listPrograms", Who::Admin, "All programs of the deployment")
            .answers::<Page<ProgramListed>>(to, 200, "All of them, on one page."),
    );
    to.add(Operation::new("GET", "/v1/program", "readProgram", READ, "The program file in force").answers_as(
        200,
        "The file, every default written out, with its version.",
        "application/json",
        versioned(to),
    ));
    to.add(
        Operation::new("PUT", "/v1/program", "changeProgram", WRITE, "Give the program another file")
            .about("The same file again makes no new version. With a `version`, it is refused where that isn't the newest.")
            .once()
            .body::<Program>(to, &file("acme"))
            .answers_as(200, "The file in force, with its version.", "application/json", changed(to)),
    );
    to.add(
        Operation::new("GET", "/v1/program/versions", "listVersions", READ, "Every version of the program").answers_as(
            200,
            "All of them, on one page.",
            "application/json",
            json!({
                "type": "object", "required": ["data", "next_cursor"],
                "properties": {"data": {"type": "array", "items": version(to)}, "next_cursor": {"type": "null"}},
            }),
        ),
    );
    to.add(
        Operation::new("GET", "/v1/program/versions/{number}", "readVersion", READ, "One version as it was")
            .answers_as(200, "The version.", "application/json", version(to)),
    );
    to.add(
        Operation::new(
            "POST",
            "/v1/program/lint",
            "lintProgram",
            READ,
            "What a program file says that its owner may not want",
        )
        .about("Without a body, the program in force.")
        .takes("application/json", json!({}), false, &file("acme"))
        .answers::<Findings>(to, 200, "What was found, errors first."),
    );
    to.add(
        Operation::new("POST", "/v1/program/what-if", "whatIf", READ, "Judge the past again under another program")
            .about("The job's result is a `WhatIf`. Nothing else is written.")
            .once()
            .refuses(&[429])
            .body::<Program>(to, &file("acme"))
            .answers::<JobAnswer>(to, 202, "The job."),
    );
    to.gives::<crate::wire::whatif::WhatIf>();
    to.add(
        Operation::new("GET", "/v1/doctor", "examineSite", READ, "Whether the program's site is set up for it")
            .about(
                "Asks the site for its first page, for the widget on its own path, and takes back a consent that nobody \
                 gave. It takes as long as the site does, ten seconds at most. Nothing is written or counted.",
            )
            .answers::<Checkup>(to, 200, "What was found, and how to mend it."),
    );
    to.add(Operation::new("GET", "/v1/keys", "listKeys", READ, "The program's secret keys").answers::<Page<Key>>(
        to,
        200,
        "All of them, on one page; of each, how it begins.",
    ));
    to.add(
        Operation::new("POST", "/v1/keys", "createKey", WRITE, "Make a secret key")
            .once()
            .body_or_none::<NewKey>(to, &json!({"label": "backend", "scopes": ["read", "write"]}))
            .answers::<KeyMade>(to, 201, "Made. It is shown this once."),
    );
    to.add(
        Operation::new("POST", "/v1/keys/identity", "rotateIdentity", WRITE, "Make a new identity secret")
            .about("Identities that were signed with the old one are refused from now on.")
            .once()
            .refuses(&[413, 415])
            .answers::<IdentityMade>(to, 201, "Made. It is shown this once."),
    );
    to.add(
        Operation::new("DELETE", "/v1/keys/{id}", "revokeKey", WRITE, "Revoke a secret key")
            .once()
            .answers_nothing(204, "It is in force no more, and its sessions have ended."),
    );
    sessions(to);
}

/// What a browser holds in place of a key.
fn sessions(to: &Writer) {
    let cookie = "The session, as a `__Host-` cookie: `Secure`, `HttpOnly`, `SameSite=Strict`.";
    to.add(
        Operation::new("POST", "/v1/sessions", "createSession", Who::KeyItself, "Sign in: make a session of a key")
            .about(
                "A session may do what its key may; one of the admin secret does what that does. It ends twelve hours after its last use, seven days after it was \
                 made, when it is signed out or revoked, and with its key. One key has 100 at most; the oldest give way.",
            )
            .refuses(&[413, 415])
            .answers::<SessionMade>(to, 201, "Made. Its token is in the cookie alone.")
            .header(201, "Set-Cookie", cookie),
    );
    to.add(
        Operation::new("GET", "/v1/sessions", "listSessions", READ, "The sessions that are in force")
            .about("Of the program; without one, of the admin secret.")
            .answers::<Page<Session>>(to, 200, "All of them, on one page, the earliest first."),
    );
    to.add(
        Operation::new("DELETE", "/v1/sessions/current", "signOut", Who::Session, "Sign out: end the cookie's session")
            .about("Whoever has no session that is in force is signed out already.")
            .refuses(&[413, 415])
            .answers_nothing(204, "It is in force no more, and the cookie is cleared.")
            .header(204, "Set-Cookie", "The same cookie, emptied."),
    );
    to.add(
        Operation::new("DELETE", "/v1/sessions/{id}", "revokeSession", WRITE, "End a session")
            .once()
            .answers_nothing(204, "It is in force no more."),
    );
}

/// What a change is answered with: once, too, the secret of a decision callback that it names first.
fn changed(to: &Writer) -> Value {
    let secret =
        json!({"type": "string", "description": "Of the decision callback, where it is new. Shown this once."});
    json!({"allOf": [versioned(to), {"properties": {"callback_secret": secret}}]})
}

fn versioned(to: &Writer) -> Value {
    json!({"allOf": [to.reads::<Program>(), {"required": ["version"]}]})
}

fn version(to: &Writer) -> Value {
    json!({
        "type": "object", "required": ["version", "at", "file"],
        "properties": {
            "version": {"type": "integer", "minimum": 1},
            "at": {"type": "string", "format": "date-time"},
            "file": to.reads::<Program>(),
        },
    })
}

/// A program file in its shortest useful form.
fn file(id: &str) -> Value {
    json!({
        "id": id, "name": "Acme", "kind": "referral", "site": "https://shop.example",
        "offer": {"headline": "Give $20, get $20"}, "join": {"email": true}, "leaderboard": true,
        "rewards": [
            {"id": "referrer", "side": "referrer", "on": "purchase", "kind": "credit",
             "flat": {"amount": 2000, "currency": "USD"}, "minimum": {"amount": 5000, "currency": "USD"}, "first": true},
            {"id": "friend", "side": "friend", "on": "purchase", "kind": "credit",
             "flat": {"amount": 2000, "currency": "USD"}, "minimum": {"amount": 5000, "currency": "USD"}, "first": true},
        ],
    })
}
