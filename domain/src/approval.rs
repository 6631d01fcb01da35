//! The decision callback: before a reward is approved by time, its owner's system may be asked.
//!
//! 2xx is yes; 4xx is no, with the reason in its body; silence, 5xx and all else is asked again until the deadline, when
//! the default holds. Each question is settled once: what comes later changes nothing.

use crate::delivery::Outcome;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a program asks, as its file says it: `approval.callback`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// As the owner wrote it; whether it may be called is for `address` to say.
    pub url: String,
    /// How long an answer is waited for.
    pub deadline: Span,
    pub otherwise: Otherwise,
}

/// What holds when nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    Approve,
    Reject,
    /// The reward waits for the owner's hand.
    Hold,
}

/// How a question was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    Approved,
    Rejected,
    Held,
}

/// An answer that settles a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub approved: bool,
    /// The owner's words, or ours where they have none.
    pub reason: String,
}

/// At most this many characters of a reason are kept.
const LONGEST_REASON: usize = 200;

/// What an answer means; nothing where it settles nothing, and is asked for again.
pub fn read(outcome: &Outcome, body: Option<&str>) -> Option<Answer> {
    let Outcome::Answered { status, .. } = outcome else { return None };
    match status {
        200..=299 => Some(Answer { approved: true, reason: said(body, "approved by the callback") }),
        // Too early, too slow, too many: no answer to what was asked.
        408 | 425 | 429 => None,
        400..=499 => {
            Some(Answer { approved: false, reason: said(body, &format!("refused by the callback with {status}")) })
        }
        _ => None,
    }
}

/// `{"reason": "…"}`, or a short text as it is; control characters are left out.
fn said(body: Option<&str>, otherwise: &str) -> String {
    let body = body.unwrap_or_default().trim();
    let text = match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(fields)) => fields.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Ok(_) => String::new(),
        Err(_) if body.starts_with(['<', '{', '[']) => String::new(),
        Err(_) => body.to_owned(),
    };
    let text: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect();
    if text.trim().is_empty() { otherwise.to_owned() } else { text.trim().to_owned() }
}

/// How a question is settled by an answer, or by the deadline when there was none, and the reason that the reward shows.
pub fn settle(answer: Option<&Answer>, otherwise: Otherwise) -> (Settled, String) {
    match (answer, otherwise) {
        (Some(answer), _) if answer.approved => (Settled::Approved, answer.reason.clone()),
        (Some(answer), _) => (Settled::Rejected, answer.reason.clone()),
        (None, Otherwise::Approve) => (Settled::Approved, "the callback didn't answer in time".to_owned()),
        (None, Otherwise::Reject) => (Settled::Rejected, "the callback didn't answer in time".to_owned()),
        (None, Otherwise::Hold) => (Settled::Held, "the callback didn't answer in time".to_owned()),
    }
}

impl Callback {
    pub fn deadline_of(&self, asked_at: Timestamp) -> Timestamp {
        asked_at.after(self.deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None }
    }

    #[test]
    fn two_hundred_is_yes_four_hundred_is_no_and_all_else_is_asked_again() {
        for (status, approved) in [
            (200, Some(true)),
            (204, Some(true)),
            (400, Some(false)),
            (403, Some(false)),
            (410, Some(false)),
            (422, Some(false)),
            (301, None),
            (307, None),
            (408, None),
            (425, None),
            (429, None),
            (500, None),
            (503, None),
        ] {
            assert_eq!(read(&answered(status), None).map(|answer| answer.approved), approved, "{status}");
        }
        assert_eq!(read(&Outcome::Failed, None), None);
    }

    #[test]
    fn the_reason_is_the_bodys_where_it_has_one_that_can_be_shown() {
        let long = "x".repeat(300);
        for (body, reason) in [
            (r#"{"reason": "the order was cancelled"}"#, "the order was cancelled"),
            ("the order was cancelled\n", "the order was cancelled"),
            (r#"{"reason": "  "}"#, "refused by the callback with 403"),
            (r#"{"why": "x"}"#, "refused by the callback with 403"),
            ("<html>403</html>", "refused by the callback with 403"),
            ("{\"reason\": \"cut o", "refused by the callback with 403"),
            ("7", "refused by the callback with 403"),
            ("", "refused by the callback with 403"),
            ("a\u{0}b\u{1b}[31m", "ab[31m"),
            (long.as_str(), &long[..200]),
        ] {
            assert_eq!(read(&answered(403), Some(body)).unwrap().reason, reason, "{body}");
        }
    }

    #[test]
    fn an_answer_settles_and_the_default_only_where_there_is_none() {
        let no = Answer { approved: false, reason: "no".into() };
        let yes = Answer { approved: true, reason: "yes".into() };
        for otherwise in [Otherwise::Approve, Otherwise::Reject, Otherwise::Hold] {
            assert_eq!(settle(Some(&no), otherwise), (Settled::Rejected, "no".to_owned()));
            assert_eq!(settle(Some(&yes), otherwise), (Settled::Approved, "yes".to_owned()));
        }
        let silent = |otherwise| settle(None, otherwise).0;
        assert_eq!(silent(Otherwise::Approve), Settled::Approved);
        assert_eq!(silent(Otherwise::Reject), Settled::Rejected);
        assert_eq!(silent(Otherwise::Hold), Settled::Held);
    }
}
