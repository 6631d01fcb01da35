//! The day's key for telling visitors apart, held by the isolate while the day lasts.

use crate::command::{Day, DirectoryCommand, fetch};
use crate::metrics::{self, What};
use crate::redirect::Seen;
use crate::settings::{Settings, chance, now, within};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::visitor::DayKey;
use std::cell::RefCell;
use worker::Env;

/// How long a key of our own stands in where the day's can't be had.
const STAND_IN: Span = Span::seconds(5);

struct Held {
    day: Timestamp,
    until: Timestamp,
    key: DayKey,
}

thread_local! {
    static KEY: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// The visitor's mark by today's key, where this isolate has it.
pub(crate) fn visitor(seen: &Seen<'_>, now: Timestamp) -> Option<u64> {
    KEY.with_borrow(|held| {
        let held = held.as_ref().filter(|held| held.day == now.day() && held.until > now)?;
        Some(seen.visitor(&held.key))
    })
}

/// The visitor's mark by today's key, which is asked for if need be. Where it can't be had, a key of this isolate's
/// own stands in: persons are then told apart within the isolate.
pub(crate) async fn visitor_whoever(env: &Env, settings: &Settings, seen: &Seen<'_>, at: Timestamp) -> u64 {
    if let Some(visitor) = visitor(seen, at) {
        return visitor;
    }
    let asked = fetch::<Day>(env, "DIRECTORY", "directory", &DirectoryCommand::Day);
    let held = match within(settings.deadline, asked).await {
        Some(Ok(day)) => {
            let begins = Timestamp::from_millis(day.day);
            Held { day: begins, until: begins.after(Span::days(1)), key: DayKey::new(day.key.as_bytes()) }
        }
        failed => {
            let why =
                failed.and_then(Result::err).map_or_else(|| "no answer in time".to_owned(), |why| why.to_string());
            metrics::error(What::DayKey, &why);
            Held { day: at.day(), until: now().after(STAND_IN), key: DayKey::new(&chance::<32>()) }
        }
    };
    let mark = seen.visitor(&held.key);
    KEY.set(Some(held));
    mark
}
