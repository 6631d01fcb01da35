//! What browsers ask of a program: the offer, a reference, joining, and one's own standing.

use super::Turn;
use super::participants::ParticipantRow;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::settings::chance;
use crate::store::{int, text};
use honeyguide_domain::auth::{self, Claims};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::EventId;
use honeyguide_domain::leaderboard;
use honeyguide_domain::person::Email;
use honeyguide_domain::program::Program;
use honeyguide_domain::reward::{history, next};
use honeyguide_domain::wire::participants::NewParticipant;
use honeyguide_domain::wire::visits::{CouponHeld, OfferInForce, Referral};
use serde::Deserialize;
use serde_json::{Map, json};

impl Turn<'_> {
    /// The offer in force; `code` is the one that the visitor's touch proves, if any.
    pub(super) fn offer(&self, code: Option<&str>, click: Option<&str>, lang: Option<&str>) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        let code = match code {
            Some(code) if self.is_active(code)? => Some(code),
            _ => None,
        };
        let coupon = match (history::landing_coupon(&program), code, click) {
            (Some(coupon), Some(code), Some(click)) => self
                .hand_out(coupon.pool, click, code)?
                .map(|held| CouponHeld { code: held, item: coupon.item.map(str::to_owned) }),
            _ => None,
        };
        let referrer_name = match code {
            Some(code) => self.name_behind(code)?,
            None => None,
        };
        let referral = Referral { code: code.map(str::to_owned), referrer_name, coupon };
        Reply::ok(&OfferInForce::of(&program, program.lang(lang), referral))
    }

    /// The first name of a link's participant, where they allow it to be shown.
    fn name_behind(&self, code: &str) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            name: Option<String>,
        }
        let query = "SELECT p.name FROM links l JOIN participants p ON p.id = l.participant
            WHERE l.code = ? AND p.show_name = 1";
        let row: Option<Row> = self.store.row(query, vec![text(code)])?;
        Ok(row.and_then(|row| row.name).as_deref().and_then(leaderboard::first_name))
    }

    /// A short stand-in for a visitor's touches: the same touches give the same one.
    pub(super) fn reference(&self, touches: &str) -> Outcome<Reply> {
        let fresh =
            format!("ref_{}", auth::fingerprint(&format!("{:?}", chance::<16>())).get(..28).unwrap_or_default());
        let values = vec![text(fresh), text(touches), int(self.now.millis())];
        self.store.run("INSERT OR IGNORE INTO visits (reference, touches, at) VALUES (?, ?, ?)", values)?;
        let row: Option<serde_json::Value> =
            self.store.row("SELECT reference FROM visits WHERE touches = ?", vec![text(touches)])?;
        Reply::ok(&row.unwrap_or_default())
    }

    pub(super) fn touches_of(&self, reference: &str) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            touches: String,
        }
        let row: Option<Row> =
            self.store.row("SELECT touches FROM visits WHERE reference = ?", vec![text(reference)])?;
        Ok(row.map(|row| row.touches))
    }

    fn claims(&self, token: &str) -> Outcome<Claims> {
        auth::identity(token, &self.identity_secret()?, self.now)
            .map_err(|bad| Failure::Refused(Refusal::new(401, "invalid_identity", format!("{bad}."))))
    }

    /// The participant of a signed identity, or 204 with the `external_id` to make one for.
    pub(super) fn join_by_identity(&self, token: &str) -> Outcome<Reply> {
        let claims = self.claims(token)?;
        match self.participant_by("external_id", &claims.subject)? {
            Some(row) => {
                let (_, program) = self.program()?;
                Ok(Reply::new(200, row.json(&program, &self.settings.friend_path)))
            }
            None => Ok(Reply::new(202, json!({"external_id": claims.subject}))),
        }
    }

    pub(super) fn finish_join(&self, token: &str, code: &str) -> Outcome<Reply> {
        let claims = self.claims(token)?;
        let new = NewParticipant {
            external_id: claims.subject,
            email: claims.email,
            name: claims.name,
            code: None,
            destination: None,
            metadata: Map::new(),
            lang: None,
        };
        self.join(&new, code).map(|reply| Reply { status: 200, ..reply })
    }

    /// Someone asked for a link by e-mail. The answer is the same whoever asks; the link travels by an event.
    pub(super) fn link_requested(&self, email: &str) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        if !program.join_by_email {
            return Err(
                Refusal::new(403, "join_by_email_off", "This program doesn't take e-mail addresses here.").into()
            );
        }
        let folded = Email::parse(email).map(|email| email.folded()).unwrap_or_default();
        let known = self.participant_by("folded", &folded)?;
        let data = json!({
            "email": email,
            "participant": known.as_ref().map(|row| row.json(&program, &self.settings.friend_path)),
        });
        let id = EventId::mint(&mut self.minter());
        self.publish(&[Event::new(id, EventKind::ParticipantLinkRequested, self.now, &data)])?;
        Ok(Reply::new(202, json!({"message": "Look in your mailbox."})))
    }

    /// Who a signed identity is, and where they stand.
    pub(super) fn me(&self, token: &str) -> Outcome<Reply> {
        let (program, row) = self.myself(token)?;
        let query = "SELECT COUNT(*) AS n FROM credits k JOIN conversions c ON c.id = k.conversion
            WHERE k.participant = ? AND c.refunded_whole = 0";
        let conversions = self.store.number(query, vec![text(&row.id)])?;
        let rewards =
            self.rewards_for(&row.id)?.iter().map(super::rewards::RewardRow::answer).collect::<Outcome<Vec<_>>>()?;
        let rewards: Vec<_> = rewards
            .iter()
            .map(|reward| {
                json!({"id": reward.id, "state": reward.state, "kind": reward.kind, "value": reward.value,
                "item": reward.item, "months": reward.months, "coupon": reward.coupon, "reason": reward.reason,
                "created_at": reward.created_at, "due_at": reward.due_at, "expires_at": reward.expires_at})
            })
            .collect();
        let known = self.known(next::questions(&program, &row.id, self.now), None, &[])?;
        let next_tier = next::next_tier(&program, &row.id, row.state == "active", &known, self.now);
        Reply::ok(&json!({
            "participant": row.json(&program, &self.settings.friend_path), "conversions": conversions,
            "rewards": rewards, "next_tier": next_tier, "show_name": row.shows_name(),
        }))
    }

    fn myself(&self, token: &str) -> Outcome<(Program, ParticipantRow)> {
        let claims = self.claims(token)?;
        let (_, program) = self.program()?;
        let row = self.participant_by("external_id", &claims.subject)?;
        let row = row.ok_or_else(|| Failure::Refused(Refusal::new(404, "not_joined", "Join first: POST v1/join.")))?;
        Ok((program, row))
    }

    pub(super) fn show_my_name(&self, token: &str, show: bool) -> Outcome<Reply> {
        let (program, row) = self.myself(token)?;
        let values = vec![int(i64::from(show)), text(&row.id)];
        self.store.run("UPDATE participants SET show_name = ? WHERE id = ?", values)?;
        let row = self.participant_by("id", &row.id)?.ok_or_else(|| Failure::Ours("not kept".to_owned()))?;
        Ok(Reply::new(200, row.json(&program, &self.settings.friend_path)))
    }
}
