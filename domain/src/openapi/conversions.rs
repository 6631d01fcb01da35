//! Conversions, their disputes, and refunds.

use super::answers::{ConversionLine, ConversionTold, DisputeOpened, DisputeSettled, Page, Refund};
use super::operation::{Operation, Who, Writer};
use crate::wire::answers::ConversionAnswer;
use crate::wire::conversions::{NewConversion, NewRefund};
use crate::wire::disputes::{NewDispute, NewSettlement};
use serde_json::{Value, json};

const READ: Who = Who::Key("read");
const WRITE: Who = Who::Key("write");

pub(super) fn write(to: &Writer) {
    to.add(
        Operation::new("POST", "/v1/conversions", "createConversion", WRITE, "Report a conversion")
            .about(ONCE)
            .once()
            .body::<NewConversion>(to, &purchase())
            .answers::<ConversionAnswer>(to, 201, "Recorded and decided.")
            .answers::<ConversionAnswer>(to, 200, "It was recorded before."),
    );
    to.add(
        Operation::new("POST", "/v1/conversions/batch", "createConversions", WRITE, "Report many conversions")
            .about("10,000 lines at most. A line that is refused leaves the others as they are.")
            .lines::<NewConversion, ConversionLine>(
                to,
                &[json!({"event": "signup", "external_id": "u-7", "customer": {"external_id": "u-7", "email": "friend@example.com"}})],
            ),
    );
    to.add(
        Operation::new("GET", "/v1/conversions", "listConversions", READ, "Conversions with their decisions")
            .list(&["event", "external_id", "outcome", "reason", "participant", "customer"])
            .asks(
                "dispute",
                &json!({"type": "string", "enum": ["open", "settled"]}),
                "Only those with a dispute in that state.",
            )
            .by_time()
            .answers::<Page<ConversionAnswer>>(to, 200, "A page of them."),
    );
    to.add(
        Operation::new(
            "GET",
            "/v1/conversions/{id}",
            "readConversion",
            READ,
            "One conversion, in words, with its disputes",
        )
        .shared("Language")
        .shared("AcceptLanguage")
        .answers::<ConversionTold>(to, 200, "The conversion."),
    );
    to.add(
        Operation::new("POST", "/v1/conversions/{id}/dispute", "openDispute", WRITE, "Dispute a decision")
            .shared("Language")
            .shared("AcceptLanguage")
            .once()
            .body::<NewDispute>(to, &json!({"reason": "Ada brought this customer."}))
            .answers::<DisputeOpened>(to, 201, "Opened, with the decision as it stands.")
            .answers::<DisputeOpened>(to, 200, "It is open already, for that reason."),
    );
    to.add(
        Operation::new(
            "POST",
            "/v1/conversions/{id}/dispute/settle",
            "settleDispute",
            Who::Key("money"),
            "Settle a dispute",
        )
        .about("Corrects by new entries; what was decided stays readable.")
        .once()
        .body::<NewSettlement>(to, &json!({"outcome": "rejected", "reason": "The touch was too old."}))
        .answers::<DisputeSettled>(to, 200, "Settled."),
    );
    to.add(
        Operation::new("POST", "/v1/refunds", "createRefund", WRITE, "Report a refund")
            .about(
                "Without a value, the rest of the conversion's. One that comes before its conversion waits for it. \
                Like the conversion itself it is a report, so whoever may report sales may report refunds.",
            )
            .once()
            .body::<NewRefund>(
                to,
                &json!({
                    "event": "purchase", "external_id": "order-1001", "refund_id": "refund-1",
                    "value": {"amount": 1000, "currency": "USD"},
                }),
            )
            .answers::<Refund>(to, 201, "Recorded.")
            .answers::<Refund>(to, 200, "It was recorded before."),
    );
}

const ONCE: &str = "`event` and `external_id` are unique in a program: the same again is the same conversion; with another \
value or customer it is 409. A touch that is forged, altered or of another program is no error: the decision says so.";

fn purchase() -> Value {
    json!({
        "event": "purchase", "external_id": "order-1001", "value": {"amount": 12000, "currency": "USD"},
        "customer": {"external_id": "u-7", "email": "friend@example.com"},
        "attribution": {"code": "ada"},
        "properties": {"plan": "pro"},
    })
}
