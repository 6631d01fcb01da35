//! Rewards, coupons, payouts and the ledger; and the jobs that are long work.

use super::answers::{CouponPool, CouponsAdded, Page, Payout, PayoutPlan, WriteOff};
use super::operation::{Operation, Who, Writer};
use crate::ledger::{Posting, Verification};
use crate::wire::answers::RewardAnswer;
use crate::wire::coupons::NewCoupons;
use crate::wire::jobs::JobAnswer;
use crate::wire::programs::{NewPayout, NewWriteOff, PayoutLines, RewardAction};
use serde_json::{Value, json};

const READ: Who = Who::Key("read");
const WRITE: Who = Who::Key("write");
const MONEY: Who = Who::Key("money");

pub(super) fn write(to: &Writer) {
    rewards(to);
    payouts(to);
    to.add(
        Operation::new("POST", "/v1/coupons", "addCoupons", WRITE, "Fill a pool with coupons")
            .about("A code that is there already stays as it is.")
            .once()
            .body::<NewCoupons>(to, &json!({"pool": "spring", "codes": ["SPRING-1", "SPRING-2"]}))
            .answers::<CouponsAdded>(to, 201, "How many were added, and how many are free."),
    );
    to.add(
        Operation::new("GET", "/v1/coupons", "listCoupons", READ, "How many codes each pool has left")
            .answers::<Page<CouponPool>>(to, 200, "All pools, on one page."),
    );
    to.add(
        Operation::new("GET", "/v1/ledger", "listPostings", READ, "The ledger")
            .list(&["account", "entry", "reward", "cause"])
            .by_time()
            .answers::<Page<Posting>>(to, 200, "A page of postings."),
    );
    to.add(
        Operation::new("GET", "/v1/ledger/verify", "verifyLedger", READ, "Compute the ledger's hashes and sums again")
            .answers::<Verification>(to, 200, "What was found.")
            .answers::<JobAnswer>(to, 202, "A job, where the book is long; its result is the same."),
    );
    to.add(
        Operation::new("GET", "/v1/export/ledger.ndjson", "exportLedger", READ, "The whole ledger")
            .shared("Limit")
            .shared("Cursor")
            .answers_as(
                200,
                "A posting a line, streamed.",
                "application/x-ndjson",
                json!({"type": "string", "x-line": to.gives::<Posting>()}),
            ),
    );
    to.add(Operation::new("GET", "/v1/jobs/{id}", "readJob", READ, "How far long work came").answers::<JobAnswer>(
        to,
        200,
        "The job; its result, when it is done.",
    ));
}

fn rewards(to: &Writer) {
    to.add(
        Operation::new("GET", "/v1/rewards", "listRewards", READ, "What was earned")
            .list(&["state", "beneficiary", "side", "conversion", "kind"])
            .asks(
                "automatic",
                &json!({"type": "string", "enum": ["true", "false"]}),
                "Only those that are approved by themselves when they are due, or only those that wait for a hand or a callback.",
            )
            .by_time()
            .answers::<Page<RewardAnswer>>(to, 200, "A page of rewards."),
    );
    to.add(Operation::new("GET", "/v1/rewards/{id}", "readReward", READ, "One reward").answers::<RewardAnswer>(
        to,
        200,
        "The reward.",
    ));
    for (path, id, summary) in [
        ("/v1/rewards/{id}/approve", "approveReward", "Approve a reward"),
        ("/v1/rewards/{id}/reject", "rejectReward", "Reject a reward that isn't approved yet"),
        ("/v1/rewards/{id}/fulfil", "fulfilReward", "Say that a reward was given"),
        ("/v1/rewards/{id}/reverse", "reverseReward", "Take a reward back"),
    ] {
        to.add(
            Operation::new("POST", path, id, MONEY, summary)
                .once()
                .body_or_none::<RewardAction>(to, &json!({"reason": "checked by hand"}))
                .answers::<RewardAnswer>(to, 200, "The reward as it is now."),
        );
    }
}

fn payouts(to: &Writer) {
    to.add(
        Operation::new("POST", "/v1/payouts", "createPayout", MONEY, "Make a batch of what is owed")
            .about("Without a body, of everyone who is owed the program's minimum.")
            .once()
            .body_or_none::<NewPayout>(to, &json!({"currency": "USD", "minimum": 1000}))
            .dry("`true`: says what the batch would have, and writes nothing, nor asks for an `Idempotency-Key`.")
            .answers::<Payout>(to, 201, "Made. Pay it, then confirm it.")
            .answers::<PayoutPlan>(to, 200, "What it would have, where nothing was to be written."),
    );
    to.add(
        Operation::new("GET", "/v1/payouts", "listPayouts", READ, "Batches of payouts")
            .list(&[])
            .by_time()
            .asks(
                "lines",
                &json!({"type": "string", "enum": ["true", "false"], "default": "true"}),
                "`false`: what each comes to, without its lines.",
            )
            .answers::<Page<Payout>>(to, 200, "A page of them."),
    );
    to.add(Operation::new("GET", "/v1/payouts/{id}", "readPayout", READ, "One batch").answers::<Payout>(
        to,
        200,
        "The batch.",
    ));
    to.add(
        Operation::new("GET", "/v1/payouts/{id}.csv", "readPayoutAsCsv", READ, "One batch, for a bank or a sheet")
            .answers_as(
                200,
                "A line each: beneficiary, minor units, currency, state.",
                "text/csv",
                json!({"type": "string"}),
            ),
    );
    for (path, id, summary) in [
        ("/v1/payouts/{id}/confirm", "confirmPayout", "Say that a batch was paid, or some of it"),
        ("/v1/payouts/{id}/fail", "failPayout", "Say that a batch couldn't be paid, or some of it"),
    ] {
        let example: Value = json!({});
        to.add(
            Operation::new("POST", path, id, MONEY, summary)
                .about("Without beneficiaries, all lines that are open.")
                .once()
                .body_or_none::<PayoutLines>(to, &example)
                .answers::<Payout>(to, 200, "The batch as it is now."),
        );
    }
    for (path, id, whose) in [
        ("/v1/participants/{id}/write-off", "writeOff", "a participant"),
        ("/v1/beneficiaries/{id}/write-off", "writeOffBeneficiary", "a participant or a friend"),
    ] {
        to.add(
            Operation::new("POST", path, id, MONEY, &format!("Give up what {whose} owes back"))
                .about("Of one currency, the program's own where none is named.")
                .once()
                .body::<NewWriteOff>(to, &json!({"reason": "left the program"}))
                .answers::<WriteOff>(to, 201, "Given up."),
        );
    }
}
