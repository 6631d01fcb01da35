//! What the Worker and the objects say to each other: one typed command a call, one reply. Not a public format.

mod clicks;
mod destination;
mod inward;
mod query;
mod reply;
mod sessions;

pub(crate) use clicks::{ClickQuery, ClicksCommand, GroupBy};
pub(crate) use destination::{About, DestinationCommand};
pub(crate) use inward::{InwardCommand, Posted, read as read_posted};
pub(crate) use query::Query;
pub(crate) use reply::Reply;
pub(crate) use sessions::SessionCommand;

use crate::failure::{Failure, Outcome};
use honeyguide_domain::approval::Answer;
use honeyguide_domain::auth::Scope;
use honeyguide_domain::id::ClickId;
use honeyguide_domain::overview::Clicks;
use honeyguide_domain::wire::clicks::Tally;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use worker::{Env, Method, Request, RequestInit, Response};

/// To the directory, the one object that every name is looked up in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum DirectoryCommand {
    Reserve {
        program: String,
        site: String,
        host: String,
        mode: String,
        kind: String,
    },
    Activate {
        program: String,
    },
    Moved {
        program: String,
        site: String,
        host: String,
    },
    Program {
        program: String,
    },
    Programs,
    /// The ids of some of them in their order, after one.
    ProgramsAfter {
        after: Option<String>,
        limit: i64,
    },
    /// Sessions of the admin secret.
    Session(SessionCommand),
    /// The program that each code belongs to; else the one that its host belongs to. Codes and hosts, in pairs. With
    /// none it answers its version alone.
    Resolve {
        wanted: Vec<(String, String)>,
    },
    /// Today's key for telling visitors apart.
    Day,
    /// Takes codes for a program: each with its owner, which makes a second try find its own. Answers for each whether it
    /// is its owner's now.
    Claim {
        program: String,
        wanted: Vec<(String, String)>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) program: String,
    pub(crate) site: String,
    pub(crate) ready: bool,
}

/// What the directory knows of codes, in their order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Directory {
    /// Another than before, where a code was taken or a program has moved.
    pub(crate) version: i64,
    pub(crate) resolved: Vec<Resolved>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resolved {
    /// The program of the code.
    pub(crate) program: Option<String>,
    /// Where a visitor goes when the code leads nowhere.
    pub(crate) site: Option<String>,
    pub(crate) host_program: Option<String>,
}

/// A day, by its first moment in milliseconds, and its key for telling visitors apart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Day {
    pub(crate) day: i64,
    pub(crate) key: String,
}

/// Who asks a program's object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Caller {
    /// The holder of a secret key, by the key's fingerprint.
    Key { fingerprint: String, scope: Scope },
    /// Who signed in with a secret key, by the fingerprint of the session's token.
    Session { fingerprint: String, scope: Scope },
    /// The deployment itself: the admin secret, or the Worker for a browser.
    Deployment,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Idempotency {
    pub(crate) key: String,
    /// Of method, path and body.
    pub(crate) request: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProgramCall {
    pub(crate) caller: Caller,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) command: ProgramCommand,
    #[cfg(feature = "faults")]
    #[serde(default)]
    pub(crate) fault: String,
}

impl ProgramCall {
    /// A call that the deployment makes itself. Who it is made for was asked before.
    pub(crate) fn of_deployment(command: ProgramCommand) -> Self {
        Self {
            caller: Caller::Deployment,
            idempotency: None,
            command,
            #[cfg(feature = "faults")]
            fault: String::new(),
        }
    }
}

/// What a program's object does. Bodies are the callers' own, read strictly by `domain::wire`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ProgramCommand {
    /// Nothing but whether the caller may.
    Permitted,
    Create {
        file: String,
    },
    /// The answer that an idempotency key was given before, if any.
    Replayed,
    File,
    Versions,
    Version {
        number: String,
    },
    PutFile {
        body: String,
    },
    /// Of a program file, or of the program in force where the body is empty.
    Lint {
        body: String,
    },
    /// The past, judged again under the program of this file, as a job.
    WhatIf {
        file: String,
    },
    Keys,
    NewKey {
        body: String,
    },
    RevokeKey {
        id: String,
    },
    /// A session of a key, which is in force or refused. `key` and `token`: fingerprints.
    SignIn {
        key: String,
        token: String,
        agent: Option<String>,
    },
    /// `current`: the fingerprint of the token that was sent, if one was.
    Sessions {
        current: Option<String>,
    },
    RevokeSession {
        id: String,
    },
    /// `token`: its fingerprint.
    SignOut {
        token: String,
    },
    RotateIdentity,
    FindParticipant {
        body: String,
    },
    CreateParticipant {
        body: String,
        code: String,
    },
    /// Of each line its result, or nothing where a participant may be made.
    FindParticipants {
        lines: Vec<String>,
    },
    /// Lines and their codes.
    CreateParticipants {
        lines: Vec<(String, String)>,
    },
    Participants {
        query: Query,
    },
    Participant {
        id: String,
    },
    ChangeParticipant {
        id: String,
        body: String,
    },
    CreateLink {
        id: String,
        body: String,
        code: String,
    },
    Statement {
        id: String,
        query: Query,
    },
    /// What the redirect keeps of each link.
    Links {
        codes: Vec<String>,
    },
    /// Whether links are still what they were.
    LinksVersion,
    /// A page of links, for the owner.
    LinkList {
        query: Query,
    },
    Convert {
        body: String,
    },
    ConvertMany {
        lines: Vec<String>,
    },
    Refund {
        body: String,
    },
    Conversions {
        query: Query,
    },
    Conversion {
        id: String,
        /// The language of its words.
        lang: String,
    },
    Dispute {
        id: String,
        body: String,
        lang: String,
    },
    SettleDispute {
        id: String,
        body: String,
    },
    Customers {
        lines: Vec<String>,
    },
    Rewards {
        query: Query,
    },
    Reward {
        id: String,
    },
    ActOnReward {
        id: String,
        action: String,
        body: String,
    },
    Payouts {
        query: Query,
    },
    NewPayout {
        body: String,
    },
    /// What such a batch would have. Nothing is written.
    PlanPayout {
        body: String,
    },
    Payout {
        id: String,
    },
    WriteOff {
        id: String,
        body: String,
    },
    SettlePayout {
        id: String,
        paid: bool,
        body: String,
    },
    NewCoupons {
        body: String,
    },
    Coupons,
    Ledger {
        query: Query,
    },
    /// Postings as lines of JSON, for an export. `until`: the last one when it began; nothing at its beginning.
    LedgerLines {
        after: i64,
        until: Option<i64>,
    },
    VerifyLedger,
    Job {
        id: String,
    },
    /// When events were made of a conversion or of a reward.
    Moments {
        conversion: Option<String>,
        reward: Option<String>,
    },
    NewDestination {
        body: String,
    },
    Destinations {
        query: Query,
    },
    Destination {
        id: String,
    },
    ChangeDestination {
        id: String,
        body: String,
    },
    DeleteDestination {
        id: String,
    },
    TestDestination {
        id: String,
    },
    RotateDestination {
        id: String,
    },
    DestinationGone {
        id: String,
        why: String,
    },
    /// Since when no delivery there has arrived, if none has. `change`: later ones are greater.
    DestinationStands {
        id: String,
        failing_since: Option<i64>,
        change: i64,
    },
    /// What the decision callback answered to the question of a delivery.
    Decided {
        delivery: String,
        answer: Answer,
    },
    /// A part of what a shard's step of clicks adds up to.
    AddClicks {
        shard: String,
        step: i64,
        part: i64,
        tallies: Vec<Tally>,
    },
    ClickStats {
        query: ClickQuery,
        edges: Vec<Tally>,
    },
    /// Days since 1970. `clicks`: of these days, and of those before.
    Overview {
        from: i64,
        until: i64,
        clicks: [Clicks; 2],
    },
    /// What days come to, for a table of programs. Clicks are added up before.
    Sums {
        from: i64,
        until: i64,
    },
    Offer {
        code: Option<String>,
        /// The click that the visitor's touch proves.
        click: Option<String>,
        /// The language that is asked for.
        lang: Option<String>,
    },
    Leaderboard,
    Reference {
        touches: String,
    },
    JoinByIdentity {
        token: String,
    },
    FinishJoin {
        token: String,
        code: String,
    },
    LinkRequested {
        email: String,
    },
    Me {
        token: String,
    },
    /// A participant says whether their name is shown.
    ShowMyName {
        token: String,
        show: bool,
    },
    /// What comes in beside the owner's own calls.
    Inward(InwardCommand),
    /// Someone who wants no messages any more, by the address that a message carried.
    Unsubscribe {
        token: String,
    },
}

/// A piece of an export: lines of JSON, the last one's number, and where the export ends.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExportedLines {
    pub(crate) lines: String,
    pub(crate) last: i64,
    pub(crate) until: i64,
}

/// Asks an object. The reply is the object's HTTP answer as it is: status, headers, body.
pub(crate) async fn ask(env: &Env, binding: &str, name: &str, command: &impl Serialize) -> Outcome<Response> {
    #[cfg(feature = "faults")]
    crate::faults::reach(binding, name).await?;
    let body = serde_json::to_string(command)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init("https://object/", &init)?;
    let stub = env.durable_object(binding)?.get_by_name(name)?;
    Ok(stub.fetch_with_request(request).await?)
}

/// Asks the directory for codes as seen from hosts.
pub(crate) async fn resolve_codes(env: &Env, wanted: Vec<(String, String)>) -> Outcome<Directory> {
    fetch(env, "DIRECTORY", "directory", &DirectoryCommand::Resolve { wanted }).await
}

/// The object of a shard.
pub(crate) fn shard_name(shard: u16) -> String {
    format!("shard-{shard}")
}

/// Hands a batch of clicks to its shard.
pub(crate) async fn store_clicks(env: &Env, shard: u16, first: ClickId, rows: &[u8]) -> Outcome<()> {
    #[cfg(feature = "faults")]
    crate::faults::reach("CLICKS", "").await?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(js_sys::Uint8Array::from(rows).into()));
    let request = Request::new_with_init(&format!("https://object/clicks/{first}"), &init)?;
    let stub = env.durable_object("CLICKS")?.get_by_name(&shard_name(shard))?;
    match stub.fetch_with_request(request).await?.status_code() {
        200..=299 => Ok(()),
        status => Err(Failure::Ours(format!("the shard answered {status}"))),
    }
}

/// Asks an object for a value of ours; anything but 200 is a failure, and a refusal is passed on.
pub(crate) async fn fetch<T: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    command: &impl Serialize,
) -> Outcome<T> {
    let mut response = ask(env, binding, name, command).await?;
    let text = response.text().await?;
    match response.status_code() {
        200..=299 => Ok(serde_json::from_str(&text)?),
        500 => Err(Failure::Logged(format!("{binding} failed"))),
        status => Err(Failure::Ours(format!("{binding} answered {status}: {text}"))),
    }
}
