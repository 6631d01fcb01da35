//! Keeps what must be consistent in one program: participants, links, decisions, rewards, ledger, outbox.
//!
//! Invariant: a command reads all that a rule may need, calls one pure function, and records everything in one
//! transaction, outbox rows included; only then does anything leave. No truth is kept outside `SQLite`. Called by the
//! Worker, and by its own alarm, which hands over the outbox, approves rewards whose hold has ended, and works on jobs.

mod about;
mod ahead;
mod approvals;
mod claims;
mod clicks;
mod conversion_list;
mod conversions;
mod coupons;
mod customers;
mod destinations;
mod disputes;
mod erasure;
mod facts;
mod files;
mod heads;
mod history;
mod idempotency;
mod inbound;
mod jobs;
mod keys;
mod ledger;
mod links;
mod moments;
mod outbox;
mod overview;
mod participants;
mod payouts;
mod persons;
mod postings;
mod ranks;
mod refunds;
mod remembered;
mod retainers;
mod returns;
mod rewards;
mod sales;
mod schema;
mod search;
mod sessions;
mod sources;
mod stages;
mod together;
mod verify;
mod visitors;
mod whatif;

#[cfg(feature = "faults")]
mod broken_books;

use crate::command::{Caller, ProgramCall, ProgramCommand, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::{Settings, chance, now};
use crate::store::Store;
use ahead::Ahead;
use honeyguide_domain::auth::Scope;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::Minter;
use honeyguide_domain::overview::Days;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::words::Lang;
use remembered::Remembered;
use std::panic::AssertUnwindSafe;
use wasm_bindgen::JsValue;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

#[durable_object]
pub struct ProgramDo {
    store: Store,
    env: Env,
    ready: Outcome<()>,
    simulation: whatif::Memory,
    persons: persons::Memory,
    pauses: outbox::Pauses,
    /// Forgotten whenever something fails.
    remembered: AssertUnwindSafe<Remembered>,
    /// The object's own, as the runtime gave it.
    context: AssertUnwindSafe<JsValue>,
}

/// One command's surroundings: the store, the moment, and chance.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    store: &'a Store,
    settings: &'a Settings,
    now: Timestamp,
    simulation: &'a whatif::Memory,
    persons: &'a persons::Memory,
    /// Where conversions are recorded: what those have in common.
    remembered: Option<&'a Remembered>,
    /// Where several are: what was looked up for all of them.
    ahead: Option<&'a Ahead>,
    #[cfg(feature = "faults")]
    fault: &'a str,
}

impl Turn<'_> {
    fn minter(&self) -> Minter {
        Minter::new(self.now, chance())
    }
}

impl DurableObject for ProgramDo {
    fn new(state: State, env: Env) -> Self {
        let store = Store::new(&state, "program");
        let ready = store.migrate(schema::MIGRATIONS);
        Self {
            store,
            env,
            ready,
            context: AssertUnwindSafe(state.as_raw().into()),
            simulation: whatif::Memory::default(),
            persons: persons::Memory::default(),
            pauses: outbox::Pauses::default(),
            remembered: AssertUnwindSafe(Remembered::default()),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        self.store.asked();
        let call = request.text().await?;
        if let Err(failure) = &self.ready {
            return Failure::Ours(failure.to_string()).answer();
        }
        match self.run_one(&call) {
            Ok(reply) => reply.answer(),
            Err(failure) => failure.answer(),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.store.asked();
        self.remembered.forget();
        let turn = self.turn(Settings::of(&self.env));
        // Re-armed before anything that can fail: alarms are given up after six failures.
        if let Err(failure) = self.store.wake(turn.now.after(Span::seconds(5))) {
            return failure.answer();
        }
        let done = self.store.transaction(|| {
            turn.approve_due()?;
            turn.settle_overdue()?;
            turn.expire_due()?;
            turn.give_due_months()
        });
        let taken = turn.take_overdue();
        let told = self.store.transaction(|| turn.publish_heads());
        let handed = outbox::hand_over(&self.env, &self.store, &self.pauses, now()).await;
        let worked = jobs::work(self, turn.settings).await;
        idempotency::forget(&self.store, turn.now).ok();
        jobs::forget(&self.store, turn.now).ok();
        inbound::forget(&self.store, turn.now).ok();
        if let Err(failure) = done.and(taken).and(told).and(handed).and(worked) {
            // The alarm that was set above tries again.
            crate::metrics::error(crate::metrics::What::ProgramAlarm, &failure.to_string());
            return Response::empty();
        }
        match outbox::rearm(&self.store, &self.pauses, now()) {
            Ok(()) => Response::empty(),
            Err(failure) => failure.answer(),
        }
    }
}

impl ProgramDo {
    fn turn<'a>(&'a self, settings: &'a Settings) -> Turn<'a> {
        Turn {
            store: &self.store,
            settings,
            now: now(),
            simulation: &self.simulation,
            persons: &self.persons,
            remembered: None,
            ahead: None,
            #[cfg(feature = "faults")]
            fault: "",
        }
    }

    fn run_one(&self, call: &str) -> Outcome<Reply> {
        self.run(&serde_json::from_str(call)?)
    }

    fn run(&self, call: &ProgramCall) -> Outcome<Reply> {
        let turn = self.turn(Settings::of(&self.env));
        #[cfg(feature = "faults")]
        let turn = Turn { fault: &call.fault, ..turn };
        #[cfg(feature = "faults")]
        if let Some(reply) = turn.break_books()? {
            self.remembered.forget();
            return Ok(reply);
        }
        let turn = match &call.command {
            ProgramCommand::Convert { .. } | ProgramCommand::ConvertMany { .. } => {
                Turn { remembered: Some(&self.remembered), ..turn }
            }
            ProgramCommand::Links { .. } | ProgramCommand::LinksVersion => turn,
            _ => {
                self.remembered.forget();
                turn
            }
        };
        if let ProgramCommand::ConvertMany { lines } = &call.command {
            turn.permit(&call.caller)?;
            let reply = turn.convert_many(lines)?;
            outbox::rearm(&self.store, &self.pauses, turn.now)?;
            return Ok(reply);
        }
        if let ProgramCommand::Inward(command) = &call.command
            && let Some(reply) = turn.receive_or_replay(&call.caller, command)?
        {
            outbox::rearm(&self.store, &self.pauses, turn.now)?;
            return Ok(reply);
        }
        if matches!(call.command, ProgramCommand::Links { .. } | ProgramCommand::LinksVersion) {
            // Friends wait for these, and they only read.
            let held = turn.permit(&call.caller)?;
            return turn.handle(&call.command, &held);
        }
        let outcome = self.store.transaction(|| {
            let reply = turn.recorded(call)?;
            if matches!(
                call.command,
                ProgramCommand::PutFile { .. }
                    | ProgramCommand::ChangeParticipant { .. }
                    | ProgramCommand::CreateLink { .. }
            ) {
                turn.links_changed()?;
            }
            outbox::rearm(&self.store, &self.pauses, turn.now)?;
            Ok(reply)
        });
        if outcome.is_err() {
            self.remembered.forget();
        }
        outcome
    }
}

impl Turn<'_> {
    /// A key must be in force and have the scope, and so must the key of a session; a revoked one is as good as none. All
    /// scopes that the caller has.
    fn permit(&self, caller: &Caller) -> Outcome<Vec<Scope>> {
        let (scopes, scope) = match caller {
            Caller::Deployment => return Ok(Scope::ALL.to_vec()),
            Caller::Key { fingerprint, scope } => {
                let scopes = self.scopes_of(fingerprint)?;
                (scopes.ok_or_else(|| Failure::Refused(Refusal::unauthorized()))?, scope)
            }
            Caller::Session { fingerprint, scope } => (self.scopes_of_session(fingerprint)?, scope),
        };
        let held: Vec<Scope> = scopes.split(',').filter_map(Scope::parse).collect();
        if held.contains(scope) {
            return Ok(held);
        }
        let message = format!("This key has no scope \"{}\".", scope.as_str());
        Err(Refusal::new(403, "forbidden", message).into())
    }

    /// The table of contents of what a program does.
    fn handle(&self, command: &ProgramCommand, held: &[Scope]) -> Outcome<Reply> {
        use ProgramCommand as C;
        match command {
            C::Create { file } => self.create(file),
            // A batch has its transactions one by one, before this.
            C::Permitted | C::ConvertMany { .. } => Ok(Reply::none()),
            C::Replayed => Err(Refusal::not_found("answer of that key").into()),
            C::File => self.file(),
            C::Versions => self.versions(),
            C::Version { number } => self.version(number),
            C::PutFile { body } => self.put_file(body),
            C::Lint { body } => self.lint(body),
            C::WhatIf { file } => self.what_if(file),
            C::Keys => self.keys(),
            C::NewKey { body } => self.new_key(body, held),
            C::RevokeKey { id } => self.revoke_key(id),
            C::SignIn { key, token, agent } => self.sign_in(key, token, agent.as_deref()),
            C::Sessions { current } => self.sessions(current.as_deref()),
            C::RevokeSession { id } => self.revoke_session(id),
            C::SignOut { token } => self.sign_out(token),
            C::RotateIdentity => self.rotate_identity(),
            C::FindParticipant { body } => self.find_participant(body),
            C::CreateParticipant { body, code } => self.create_participant(body, code),
            C::FindParticipants { lines } => self.find_participants(lines),
            C::CreateParticipants { lines } => self.create_participants(lines),
            C::Participants { query } => self.participants(query),
            C::Participant { id } => self.participant(id),
            C::ChangeParticipant { id, body } => self.change_participant(id, body),
            C::CreateLink { id, body, code } => self.create_link(id, body, code),
            C::Statement { id, query } => self.statement(id, query),
            C::Links { codes } => self.links(codes),
            C::LinksVersion => Reply::ok(&self.links_version()?),
            C::LinkList { query } => self.link_list(query),
            C::Convert { body } => self.convert(body),
            C::Refund { body } => self.refund(body),
            C::Conversions { query } => self.conversions(query),
            C::Conversion { id, lang } => self.conversion(id, Lang::parse(lang).unwrap_or_default()),
            C::Dispute { id, body, lang } => self.dispute(id, body, Lang::parse(lang).unwrap_or_default()),
            C::SettleDispute { id, body } => self.settle_dispute(id, body),
            C::Customers { lines } => self.import_customers(lines),
            C::Rewards { query } => self.rewards(query),
            C::Reward { id } => self.reward(id),
            C::ActOnReward { id, action, body } => self.act_on_reward(id, action, body),
            C::NewCoupons { body } => self.new_coupons(body),
            C::Coupons => self.coupons(),
            C::Payouts { query } => self.payouts(query),
            C::NewPayout { body } => self.new_payout(body),
            C::PlanPayout { body } => self.plan_payout(body),
            C::Payout { id } => self.payout(id),
            C::WriteOff { id, body } => self.write_off(id, body),
            C::SettlePayout { id, paid, body } => self.settle_payout(id, *paid, body),
            C::Ledger { query } => self.ledger(query),
            C::LedgerLines { after, until } => self.ledger_lines(*after, *until),
            C::VerifyLedger => self.verify_ledger(),
            C::Job { id } => self.job(id),
            C::Moments { conversion, reward } => self.moments(conversion.as_deref(), reward.as_deref()),
            C::NewDestination { body } => self.new_destination(body),
            C::Destinations { query } => self.destinations(query),
            C::Destination { id } => self.destination(id),
            C::ChangeDestination { id, body } => self.change_destination(id, body),
            C::DeleteDestination { id } => self.delete_destination(id),
            C::TestDestination { id } => self.test_destination(id),
            C::RotateDestination { id } => self.rotate_destination(id),
            C::Decided { delivery, answer } => self.decided(delivery, answer),
            C::DestinationGone { id, why } => self.destination_gone(id, why),
            C::DestinationStands { id, failing_since, change } => self.destination_stands(id, *failing_since, *change),
            C::AddClicks { shard, step, part, tallies } => self.add_clicks(shard, *step, *part, tallies),
            C::ClickStats { query, edges } => self.click_stats(query, edges),
            C::Overview { from, until, clicks } => self.overview(Days { from: *from, until: *until }, *clicks),
            C::Sums { from, until } => self.sums(Days { from: *from, until: *until }),
            C::Offer { code, click, lang } => self.offer(code.as_deref(), click.as_deref(), lang.as_deref()),
            C::Leaderboard => self.leaderboard(),
            C::Reference { touches } => self.reference(touches),
            C::JoinByIdentity { token } => self.join_by_identity(token),
            C::FinishJoin { token, code } => self.finish_join(token, code),
            C::LinkRequested { email } => self.link_requested(email),
            C::Me { token } => self.me(token),
            C::ShowMyName { token, show } => self.show_my_name(token, *show),
            C::Inward(command) => self.inward(command),
            C::Unsubscribe { token } => self.unsubscribe(token),
        }
    }
}
