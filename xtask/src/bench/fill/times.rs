//! How long an edge takes for what the console's views ask, and how much it answers.

use super::Target;
use crate::failure::{Because as _, Result};
use crate::http;
use crate::say;
use honeyguide_domain::time::{Span, Timestamp};
use serde_json::Value;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

const ROUNDS: usize = 5;
/// What a view may take, in milliseconds.
const GOAL: f64 = 300.0;
/// Pages that are gone through to see one far behind.
const DEEP: usize = 20;

/// Whoever is asked about.
const LISTS: [&str; 59] = [
    "/v1/participants?limit=50",
    "/v1/participants?limit=50&search=a",
    "/v1/participants?limit=50&search=fill-99",
    "/v1/participants?limit=50&search=fill-99999",
    "/v1/participants?limit=50&search=Zoe",
    "/v1/participants?limit=50&search=a&sort=name",
    "/v1/participants?limit=50&search=fill&sort=-name",
    "/v1/participants?limit=50&search=nobody-at-all",
    "/v1/participants?limit=50&sort=name",
    "/v1/participants?limit=50&sort=-name",
    "/v1/participants?limit=50&sort=-created_at",
    "/v1/participants?limit=50&state=paused",
    "/v1/participants?limit=50&state=paused&sort=-name",
    "/v1/conversions?limit=50",
    "/v1/conversions?limit=50&outcome=credited",
    "/v1/conversions?limit=50&outcome=none",
    "/v1/conversions?limit=50&outcome=held",
    "/v1/conversions?limit=50&outcome=refused",
    "/v1/conversions?limit=50&reason=self_referral",
    "/v1/conversions?limit=50&reason=budget_spent",
    "/v1/conversions?limit=50&event=purchase",
    "/v1/conversions?limit=50&event=renewal",
    "/v1/conversions?limit=50&event=nothing",
    "/v1/conversions?limit=50&dispute=open",
    "/v1/conversions?limit=50&dispute=settled",
    "/v1/conversions?limit=50&event=lead&outcome=refused",
    "/v1/conversions?limit=5&external_id=fill-49999",
    "/v1/rewards?limit=50",
    "/v1/rewards?limit=50&state=pending",
    "/v1/rewards?limit=50&state=pending&automatic=false",
    "/v1/rewards?limit=50&state=held",
    "/v1/rewards?limit=50&state=approved",
    "/v1/rewards?limit=50&state=fulfilled",
    "/v1/rewards?limit=50&state=rejected",
    "/v1/rewards?limit=50&state=reversed",
    "/v1/payouts?limit=50",
    "/v1/ledger?limit=50",
    "/v1/ledger?limit=50&account=expense",
    "/v1/ledger?limit=50&account=write_off",
    "/v1/ledger?limit=50&cause=earned",
    "/v1/ledger?limit=50&cause=paid",
    "/v1/ledger?limit=50&cause=reversed",
    "/v1/ledger?limit=50&cause=written_off",
    "/v1/ledger/verify",
    "/v1/destinations?limit=100",
    "/v1/deliveries?limit=50",
    "/v1/deliveries?limit=50&state=dead",
    "/v1/deliveries?limit=50&state=pending",
    "/v1/deliveries?limit=50&type=ledger.head",
    "/v1/program",
    "/v1/program/versions",
    "/v1/keys",
    "/v1/sessions",
    "/v1/sources",
    "/v1/claims?limit=50",
    "/v1/in?limit=50",
    "/v1/doctor",
    "/v1/clicks?limit=50",
    "/v1/clicks?limit=50&quality=bot",
];

pub(super) fn times(target: &Target<'_>) -> Result<()> {
    say::line(format!("{:>9} {:>9} {:>9}  request", "median ms", "most ms", "bytes"));
    let mut slow = 0_u32;
    for path in asked(target)? {
        let mut rounds = Vec::with_capacity(ROUNDS);
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let answer = http::get(&target.address(&path), Some(target.key))?;
            rounds.push(begun.elapsed().as_secs_f64() * 1_000.0);
            // Long work is answered with a job.
            if !matches!(answer.status, 200 | 202) {
                return Err(answer.refusal(&path));
            }
            bytes = answer.body.to_string().len();
        }
        rounds.sort_by(f64::total_cmp);
        let (median, most) = (rounds.get(ROUNDS / 2).copied(), rounds.last().copied());
        let (median, most) = (median.unwrap_or_default(), most.unwrap_or_default());
        let late = if most > GOAL { "  over 300 ms" } else { "" };
        slow += u32::from(most > GOAL);
        say::line(format!("{median:>9.1} {most:>9.1} {bytes:>9}  {path}{late}"));
    }
    say::line(format!("{slow} took longer than {GOAL} ms at some time"));
    Ok(())
}

/// What the views ask, of the busiest participant and of someone in the middle of the lists.
fn asked(target: &Target<'_>) -> Result<Vec<String>> {
    let first = |path: &str| {
        let list = target.get(path)?;
        let row = list.get("data").and_then(|data| data.get(0)).cloned();
        row.because(|| format!("{path} is empty: fill the program first."))
    };
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let busiest = first("/v1/participants?external_id=fill-0")?;
    let (who, code) = (text(&busiest, "id"), text(&busiest, "code"));
    let conversion = text(&first(&format!("/v1/conversions?limit=1&participant={who}"))?, "id");
    let customer = first(&format!("/v1/conversions?limit=1&participant={who}"))?;
    let customer = customer.get("customer").map(|customer| text(customer, "id")).unwrap_or_default();
    let reward = text(&first(&format!("/v1/rewards?limit=1&beneficiary={who}"))?, "id");
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(0)).day();
    let days = |many: i64| format!("from={}&to={}", now.before(Span::days(many - 1)), now.after(Span::days(1)));
    let mut all: Vec<String> = [7, 30, 90].map(|many| format!("/v1/stats/overview?{}", days(many))).into();
    for by in ["day", "hour", "channel", "code"] {
        all.push(format!("/v1/stats/clicks?group_by={by}&limit=1000&{}", days(30)));
        all.push(format!("/v1/stats/clicks?group_by={by}&limit=1000&code={code}"));
    }
    all.extend(LISTS.map(str::to_owned));
    all.extend([
        format!("/v1/participants/{who}"),
        format!("/v1/participants/{who}/statement?limit=50"),
        format!("/v1/participants/{who}/statement?limit=1000"),
        format!("/v1/conversions?limit=50&participant={who}"),
        format!("/v1/conversions?limit=50&customer={customer}"),
        format!("/v1/conversions/{conversion}?lang=en"),
        format!("/v1/rewards?limit=20&beneficiary={who}"),
        format!("/v1/rewards?limit=50&state=reversed&beneficiary={who}"),
        format!("/v1/rewards/{reward}"),
        format!("/v1/ledger?limit=100&reward={reward}"),
        format!("/v1/ledger?limit=50&account=pending:{who}"),
        format!("/v1/clicks?limit=50&code={code}"),
    ]);
    for list in ["participants", "participants?sort=name", "conversions", "rewards", "ledger"] {
        all.push(deep(target, list)?);
    }
    Ok(all)
}

/// The address of a page far behind: pages of 1,000 are gone through.
fn deep(target: &Target<'_>, list: &str) -> Result<String> {
    let (path, filter) = list.split_once('?').unwrap_or((list, ""));
    let mut cursor = String::new();
    for _ in 0..DEEP {
        let page = target.get(&format!("/v1/{path}?limit=1000&{filter}{cursor}").replace("&&", "&"))?;
        let Some(next) = page.get("next_cursor").and_then(Value::as_str) else { break };
        cursor = format!("&cursor={next}");
    }
    Ok(format!("/v1/{path}?limit=50&{filter}{cursor}").replace("&&", "&"))
}
