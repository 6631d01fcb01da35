//! Where events go, and what became of each delivery.

use super::answers::{Delivery, DeliveryTold, Destination, DestinationMade, Page, Replayable, Replayed, TestSent};
use super::operation::{Operation, Who, Writer};
use crate::wire::destinations::{DestinationChange, NewDestination};
use serde_json::json;

const READ: Who = Who::Key("read");
const WRITE: Who = Who::Key("write");

pub(super) fn write(to: &Writer) {
    to.add(
        Operation::new("POST", "/v1/destinations", "createDestination", WRITE, "Have events sent somewhere")
            .once()
            .body::<NewDestination>(
                to,
                &json!({"kind": "webhook", "url": "https://hooks.example.com/honeyguide", "events": ["reward.*"]}),
            )
            .answers::<DestinationMade>(to, 201, "Made. Its secret is shown this once."),
    );
    to.add(
        Operation::new("GET", "/v1/destinations", "listDestinations", READ, "Where events go")
            .list(&["state"])
            .asks(
                "failing",
                &json!({"type": "boolean"}),
                "Only those where nothing arrives just now; or only the others.",
            )
            .by_time()
            .answers::<Page<Destination>>(to, 200, "A page of destinations."),
    );
    to.add(
        Operation::new("GET", "/v1/destinations/{id}", "readDestination", READ, "One destination")
            .answers::<Destination>(to, 200, "The destination."),
    );
    to.add(
        Operation::new("PATCH", "/v1/destinations/{id}", "changeDestination", WRITE, "Change a destination")
            .about("What is absent stays. One that is disabled keeps what waits for it.")
            .once()
            .body::<DestinationChange>(to, &json!({"events": ["*"], "state": "enabled"}))
            .answers::<Destination>(to, 200, "The destination as it is now."),
    );
    to.add(
        Operation::new("DELETE", "/v1/destinations/{id}", "deleteDestination", WRITE, "Remove a destination")
            .once()
            .answers_nothing(204, "It is gone."),
    );
    to.add(
        Operation::new("POST", "/v1/destinations/{id}/test", "testDestination", WRITE, "Send a test event")
            .once()
            .refuses(&[413, 415])
            .answers::<TestSent>(to, 202, "On its way."),
    );
    to.add(
        Operation::new(
            "POST",
            "/v1/destinations/{id}/rotate",
            "rotateSecret",
            WRITE,
            "Give a destination a new secret",
        )
        .about("The old one signs too until the next rotation.")
        .once()
        .refuses(&[413, 415])
        .answers::<DestinationMade>(to, 200, "The new secret is shown this once."),
    );
    let time = || json!({"type": "string", "format": "date-time"});
    to.add(
        Operation::new(
            "POST",
            "/v1/destinations/{id}/replay",
            "replayDestination",
            WRITE,
            "Send again what was made in a time",
        )
        .about("The deliveries keep their ids.")
        .refuses(&[413, 415])
        .asks("from", &time(), "From this moment on.")
        .asks("to", &time(), "Up to this moment, which isn't counted.")
        .asks("state", &json!({"type": "string"}), "Only those in this state, such as `dead`.")
        .dry("`true`: says how many that would be, and writes nothing.")
        .shared("Limit")
        .shared("Cursor")
        .answers::<Replayed>(to, 202, "How many are on their way again.")
        .answers::<Replayable>(to, 200, "How many would be, where nothing was to be written."),
    );
    to.add(
        Operation::new("GET", "/v1/deliveries", "listDeliveries", READ, "Deliveries to all destinations")
            .list_by_id("dlv_", &["state", "destination", "type", "event"])
            .asks(
                "conversion",
                &json!({"type": "string"}),
                "Only those that tell of this conversion or of its rewards.",
            )
            .asks("reward", &json!({"type": "string"}), "Only those that tell of this reward.")
            .by_time()
            .answers::<Page<Delivery>>(to, 200, "A page of them."),
    );
    to.add(
        Operation::new("GET", "/v1/deliveries/{id}", "readDelivery", READ, "One delivery with every attempt")
            .answers::<DeliveryTold>(to, 200, "The delivery."),
    );
    to.add(
        Operation::new("POST", "/v1/deliveries/{id}/replay", "replayDelivery", WRITE, "Send a delivery again")
            .refuses(&[413, 415])
            .answers::<Replayed>(to, 202, "It is on its way again."),
    );
}
