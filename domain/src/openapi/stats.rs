//! How programs do: one at a glance, or all of them side by side.

use super::operation::{Operation, Who, Writer};
use crate::wire::deployment::Programs;
use crate::wire::overview::Overview;
use serde_json::{Value, json};

const READ: Who = Who::Key("read");

pub(super) fn write(to: &Writer) {
    to.add(
        stretch(Operation::new(
            "GET",
            "/v1/stats/overview",
            "readOverview",
            READ,
            "How a program does, and what waits for somebody",
        ))
        .about("In whole days of UTC, beside as many days before them.")
        .answers::<Overview>(to, 200, "The sums, and what needs attention."),
    );
    to.add(
        stretch(Operation::new("GET", "/v1/stats/programs", "comparePrograms", READ, "Programs side by side"))
            .about(
                "The admin secret, or a session of it, sees all programs of the deployment, in the order of their ids, a \
                 hundred on a page at most; with `program`, that one. A program's own key sees that program.",
            )
            .asks(
                "cursor",
                &json!({"type": "string", "pattern": "^(?!test_)[a-z0-9][a-z0-9_-]{0,39}$"}),
                "`next_cursor` of the page before.",
            )
            .shared("Limit")
            .answers::<Programs>(to, 200, "A page of them, and what those of each kind come to together."),
    );
}

fn stretch(operation: Operation) -> Operation {
    let time = || -> Value { json!({"type": "string", "format": "date-time"}) };
    operation.asks("from", &time(), "From the day on that this lies in. Without it, thirty days.").asks(
        "to",
        &time(),
        "Up to the end of the day that this lies in; midnight ends the day before. Without it, today's end.",
    )
}
