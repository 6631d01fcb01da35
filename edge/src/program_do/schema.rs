//! The tables of a program, as numbered migrations. A change is a new one at the end; what stands here never changes.

pub(super) const MIGRATIONS: &[&str] = &[
    FIRST,
    CLICK_COUNTS,
    REWARD_RULES,
    CREDIT,
    GUESTS_ONLY,
    JOBS,
    BOOKS,
    REPLAYS,
    WRITE_OFFS,
    APPROVALS,
    DESTINATION_KINDS,
    SOURCES,
    NAMES,
    SESSIONS,
    PEOPLE,
    DAYS,
    UNDONE_REFUNDS,
    LANGUAGES,
    STAGES,
    LISTS,
    BACKLOG,
];

const FIRST: &str = "
    CREATE TABLE files (version INTEGER PRIMARY KEY, file TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE keys (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL UNIQUE,
        hint TEXT NOT NULL, label TEXT, scopes TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER);
    CREATE TABLE participants (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, external_id TEXT NOT NULL UNIQUE,
        email TEXT NOT NULL, folded TEXT NOT NULL, name TEXT, state TEXT NOT NULL, metadata TEXT NOT NULL,
        created_at INTEGER NOT NULL);
    CREATE INDEX participants_by_email ON participants (folded);
    CREATE TABLE links (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE, participant TEXT NOT NULL, destination TEXT,
        state TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX links_by_participant ON links (participant);
    CREATE TABLE customers (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, external_id TEXT UNIQUE, email TEXT, folded TEXT,
        imported INTEGER NOT NULL DEFAULT 0, bound_code TEXT, bound_at INTEGER, created_at INTEGER NOT NULL);
    CREATE INDEX customers_by_email ON customers (folded);
    CREATE TABLE conversions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, external_id TEXT NOT NULL,
        customer TEXT NOT NULL, given_id TEXT, given_email TEXT, given_folded TEXT, amount INTEGER, currency TEXT,
        refunded INTEGER NOT NULL DEFAULT 0, refunded_whole INTEGER NOT NULL DEFAULT 0, occurred_at INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, decision TEXT NOT NULL,
        participant TEXT, properties TEXT NOT NULL, UNIQUE (event, external_id));
    CREATE INDEX conversions_by_customer ON conversions (customer);
    CREATE INDEX conversions_by_participant ON conversions (participant);
    CREATE TABLE refunds (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, external_id TEXT NOT NULL, refund_id TEXT NOT NULL,
        asked INTEGER, currency TEXT, amount INTEGER, state TEXT NOT NULL, at INTEGER NOT NULL,
        UNIQUE (event, external_id, refund_id));
    CREATE TABLE rewards (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, conversion TEXT NOT NULL, rule TEXT NOT NULL,
        side TEXT NOT NULL, beneficiary TEXT NOT NULL, kind TEXT NOT NULL, earned INTEGER NOT NULL,
        reversed INTEGER NOT NULL, currency TEXT NOT NULL, state TEXT NOT NULL, automatic INTEGER NOT NULL,
        due_at INTEGER NOT NULL, created_at INTEGER NOT NULL, reason TEXT);
    CREATE INDEX rewards_by_conversion ON rewards (conversion);
    CREATE INDEX rewards_by_beneficiary ON rewards (beneficiary);
    CREATE INDEX rewards_by_state ON rewards (state, due_at);
    CREATE TABLE postings (
        seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, at INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL,
        currency TEXT NOT NULL, reward TEXT, cause TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL);
    CREATE INDEX postings_by_account ON postings (account, currency);
    CREATE TABLE balances (
        account TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, currency)) WITHOUT ROWID;
    CREATE TABLE payouts (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, currency TEXT NOT NULL, minimum INTEGER NOT NULL,
        created_at INTEGER NOT NULL);
    CREATE TABLE payout_lines (
        payout TEXT NOT NULL, beneficiary TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, state TEXT NOT NULL,
        settled_at INTEGER, PRIMARY KEY (payout, beneficiary)) WITHOUT ROWID;
    CREATE TABLE payout_rewards (payout TEXT NOT NULL, reward TEXT NOT NULL, PRIMARY KEY (payout, reward)) WITHOUT ROWID;
    CREATE TABLE destinations (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, url TEXT NOT NULL,
        events TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT, old_until INTEGER, state TEXT NOT NULL, why TEXT,
        created_at INTEGER NOT NULL);
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, delivery TEXT NOT NULL, event TEXT NOT NULL,
        kind TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE TABLE marks (seq INTEGER PRIMARY KEY AUTOINCREMENT, click TEXT NOT NULL, mark TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE TABLE idempotency (
        key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE TABLE visits (reference TEXT PRIMARY KEY, touches TEXT NOT NULL UNIQUE, at INTEGER NOT NULL);
    CREATE TABLE claims (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, external_id TEXT NOT NULL, amount INTEGER, currency TEXT,
        touches TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (event, external_id));
    CREATE TABLE disputes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, conversion TEXT NOT NULL, reason TEXT NOT NULL,
        state TEXT NOT NULL, at INTEGER NOT NULL);
";

/// What clicks add up to. `click_days` has the visitors' marks of days that are still open.
const CLICK_COUNTS: &str = "
    CREATE TABLE click_steps (shard TEXT PRIMARY KEY, step INTEGER NOT NULL, part INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE clicks_by_code (
        code TEXT NOT NULL, hour INTEGER NOT NULL, channel TEXT NOT NULL, quality TEXT NOT NULL, reason TEXT NOT NULL,
        raw INTEGER NOT NULL, human INTEGER NOT NULL, engaged INTEGER NOT NULL, qualified INTEGER NOT NULL,
        unique_day INTEGER NOT NULL DEFAULT 0, unique_channel INTEGER NOT NULL DEFAULT 0,
        unique_hour INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (code, hour, channel, quality, reason)) WITHOUT ROWID;
    CREATE TABLE clicks_by_hour (
        hour INTEGER NOT NULL, channel TEXT NOT NULL, quality TEXT NOT NULL, reason TEXT NOT NULL,
        raw INTEGER NOT NULL, human INTEGER NOT NULL, engaged INTEGER NOT NULL, qualified INTEGER NOT NULL,
        unique_day INTEGER NOT NULL DEFAULT 0, unique_channel INTEGER NOT NULL DEFAULT 0,
        unique_hour INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (hour, channel, quality, reason)) WITHOUT ROWID;
    CREATE TABLE click_days (seq INTEGER PRIMARY KEY AUTOINCREMENT, day INTEGER NOT NULL, tallies TEXT NOT NULL);
    CREATE INDEX click_days_by_day ON click_days (day);
    CREATE TABLE odd_codes (day INTEGER NOT NULL, code TEXT NOT NULL, PRIMARY KEY (day, code)) WITHOUT ROWID;
";

/// What reward rules remember. `met`: the conversions that met a rule, by beneficiary. `tallies`: sums by day of what was
/// spent and of what was met; an empty rule, beneficiary or currency stands for all of them, or for none.
const REWARD_RULES: &str = "
    ALTER TABLE rewards ADD COLUMN stage TEXT NOT NULL DEFAULT '';
    ALTER TABLE rewards ADD COLUMN item TEXT;
    ALTER TABLE rewards ADD COLUMN months INTEGER;
    ALTER TABLE rewards ADD COLUMN coupon TEXT;
    ALTER TABLE rewards ADD COLUMN pool TEXT;
    ALTER TABLE rewards ADD COLUMN expires_at INTEGER;
    CREATE UNIQUE INDEX rewards_once ON rewards (conversion, rule, beneficiary, stage);
    CREATE INDEX rewards_by_expiry ON rewards (state, expires_at);
    ALTER TABLE customers ADD COLUMN country TEXT;
    ALTER TABLE customers ADD COLUMN segment TEXT;
    CREATE TABLE met (
        conversion TEXT NOT NULL, rule TEXT NOT NULL, who TEXT NOT NULL, amount INTEGER, currency TEXT NOT NULL,
        day INTEGER NOT NULL, PRIMARY KEY (conversion, rule, who)) WITHOUT ROWID;
    CREATE TABLE tallies (
        what TEXT NOT NULL, rule TEXT NOT NULL, who TEXT NOT NULL, currency TEXT NOT NULL, day INTEGER NOT NULL,
        times INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (what, rule, who, currency, day)) WITHOUT ROWID;
    INSERT INTO met (conversion, rule, who, amount, currency, day)
        SELECT r.conversion, r.rule, r.beneficiary, c.amount, COALESCE(c.currency, ''), c.recorded_at / 86400000
        FROM rewards r JOIN conversions c ON c.id = r.conversion WHERE c.refunded_whole = 0;
    INSERT INTO tallies (what, rule, who, currency, day, times, amount)
        SELECT 'met', rule, who, currency, day, COUNT(*), COALESCE(SUM(amount), 0) FROM met GROUP BY rule, who, currency, day;
    INSERT INTO tallies (what, rule, who, currency, day, times, amount)
        SELECT 'spent', s.rule, s.who, s.currency, s.day, COUNT(*), SUM(s.amount) FROM (
            SELECT IIF(a.one, r.rule, '') AS rule, IIF(b.one, r.beneficiary, '') AS who, r.currency AS currency,
                r.created_at / 86400000 AS day, r.earned - r.reversed AS amount
            FROM rewards r, (SELECT 0 AS one UNION ALL SELECT 1) a, (SELECT 0 AS one UNION ALL SELECT 1) b
            WHERE r.state NOT IN ('rejected', 'reversed')) s
        GROUP BY s.rule, s.who, s.currency, s.day;
    CREATE TABLE coupons (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, pool TEXT NOT NULL, code TEXT NOT NULL UNIQUE, reward TEXT, click TEXT UNIQUE,
        link TEXT, created_at INTEGER NOT NULL, used_at INTEGER);
    CREATE INDEX coupons_by_pool ON coupons (pool, used_at);
    CREATE TABLE retainers (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, conversion TEXT NOT NULL, rule TEXT NOT NULL, beneficiary TEXT NOT NULL,
        amount INTEGER, currency TEXT, months INTEGER NOT NULL, done INTEGER NOT NULL, started_at INTEGER NOT NULL,
        next_at INTEGER, note TEXT, UNIQUE (conversion, rule, beneficiary));
    CREATE INDEX retainers_by_time ON retainers (next_at);
";

/// Credit that several share, guests who turn out to be customers, and disputes that are settled. `credits`: who has a
/// conversion's credit now, after settlements. `bound_parts`: codes and weights, as JSON, where several share a customer.
/// `known_since`: when the site says that the account was made. `joined`: the account that a guest belongs to.
/// `settlement`: the dispute that gave a reward.
const CREDIT: &str = "
    CREATE TABLE credits (
        conversion TEXT NOT NULL, participant TEXT NOT NULL, weight INTEGER NOT NULL,
        PRIMARY KEY (conversion, participant)) WITHOUT ROWID;
    CREATE INDEX credits_by_participant ON credits (participant);
    INSERT INTO credits (conversion, participant, weight)
        SELECT id, participant, 1 FROM conversions WHERE participant IS NOT NULL;
    ALTER TABLE customers ADD COLUMN bound_parts TEXT;
    ALTER TABLE customers ADD COLUMN known_since INTEGER;
    ALTER TABLE customers ADD COLUMN joined TEXT;
    CREATE INDEX customers_by_account ON customers (joined);
    ALTER TABLE disputes ADD COLUMN outcome TEXT;
    ALTER TABLE disputes ADD COLUMN ruling TEXT;
    ALTER TABLE disputes ADD COLUMN credits TEXT;
    ALTER TABLE disputes ADD COLUMN settled_at INTEGER;
    CREATE INDEX disputes_by_conversion ON disputes (conversion);
    ALTER TABLE rewards ADD COLUMN settlement TEXT NOT NULL DEFAULT '';
    DROP INDEX rewards_once;
    CREATE UNIQUE INDEX rewards_once ON rewards (conversion, rule, beneficiary, stage, settlement);
    ALTER TABLE retainers ADD COLUMN settlement TEXT NOT NULL DEFAULT '';
";

/// Only guests who were joined are looked for by their account, so only they are in its index.
const GUESTS_ONLY: &str = "
    DROP INDEX customers_by_account;
    CREATE INDEX customers_by_account ON customers (joined) WHERE joined IS NOT NULL;
";

/// Long work in slices. `place`: how far it came, as its kind writes it. `units`: what the next slice may have.
const JOBS: &str = "
    CREATE TABLE jobs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, state TEXT NOT NULL,
        done INTEGER NOT NULL, total INTEGER NOT NULL, place TEXT NOT NULL, result TEXT, error TEXT,
        units INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, finished_at INTEGER);
    CREATE INDEX jobs_open ON jobs (seq) WHERE state IN ('queued', 'running');
    CREATE INDEX jobs_by_end ON jobs (finished_at);
";

/// `head_day`: the last day, counted from 1970, whose head went out; of a book that is older than that, the day before
/// its first posting.
const BOOKS: &str = "
    INSERT INTO settings (name, value) SELECT 'head_day', at / 86400000 - 1 FROM postings WHERE seq = 1;
    CREATE INDEX payout_lines_open ON payout_lines (beneficiary, currency) WHERE state = 'open';
    CREATE INDEX payouts_by_reward ON payout_rewards (reward);
";

/// What judging again needs. `facts`: those that a conversion was judged by, as `domain::wire::recorded` writes them.
/// `applied_after`, `joined_after`, `after`: the last conversion that was recorded before a refund was applied, a guest
/// joined, or a participant paused or taken up again.
const REPLAYS: &str = "
    ALTER TABLE conversions ADD COLUMN facts TEXT;
    ALTER TABLE refunds ADD COLUMN applied_after INTEGER;
    UPDATE refunds SET applied_after = (SELECT MAX(seq) FROM conversions c
        WHERE c.recorded_at <= refunds.at OR (c.event = refunds.event AND c.external_id = refunds.external_id))
        WHERE state = 'applied';
    CREATE INDEX refunds_by_place ON refunds (applied_after) WHERE applied_after IS NOT NULL;
    ALTER TABLE customers ADD COLUMN joined_after INTEGER;
    UPDATE customers SET joined_after = 0 WHERE joined IS NOT NULL;
    CREATE INDEX customers_by_joining ON customers (joined_after) WHERE joined_after IS NOT NULL;
    CREATE TABLE pauses (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, participant TEXT NOT NULL, paused INTEGER NOT NULL, after INTEGER NOT NULL);
    INSERT INTO pauses (participant, paused, after)
        SELECT id, 1, (SELECT COALESCE(MAX(seq), 0) FROM conversions) FROM participants WHERE state <> 'active';
";

/// Why what someone owed back was given up. The amount stands in the entry.
const WRITE_OFFS: &str = "
    CREATE TABLE write_offs (entry TEXT PRIMARY KEY, beneficiary TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE INDEX write_offs_by_beneficiary ON write_offs (beneficiary, at);
";

/// What vendors send. `inbound`: each event once, with its body while something may still be done with it; those that wait
/// are found by the names in `inbound_waits`. `sales`: what a conversion is at its vendor, by all names in `sale_names`;
/// `paid`: a payment followed a free beginning; `returned`: given back so far, of the conversion's value. `returns`: what a
/// vendor said of money given back, also of sales that aren't known yet. `claims` are found by an id, and say who bought.
const SOURCES: &str = "
    CREATE TABLE sources (
        vendor TEXT PRIMARY KEY, secrets TEXT NOT NULL, claim_wait INTEGER NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE inbound (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, vendor TEXT NOT NULL, event TEXT NOT NULL,
        kind TEXT NOT NULL, shop TEXT, body TEXT, state TEXT NOT NULL, reason TEXT, detail TEXT, conversion TEXT,
        occurred_at INTEGER, received_at INTEGER NOT NULL, wait_until INTEGER, UNIQUE (vendor, event));
    CREATE INDEX inbound_waiting ON inbound (wait_until) WHERE state = 'waiting';
    CREATE INDEX inbound_by_time ON inbound (received_at);
    CREATE INDEX inbound_held ON inbound (received_at) WHERE body IS NOT NULL OR detail IS NOT NULL;
    CREATE TABLE inbound_waits (
        vendor TEXT NOT NULL, name TEXT NOT NULL, inbound INTEGER NOT NULL, PRIMARY KEY (vendor, name, inbound)) WITHOUT ROWID;
    CREATE INDEX inbound_waits_by_event ON inbound_waits (inbound);
    CREATE TABLE sales (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, conversion TEXT NOT NULL, charged INTEGER NOT NULL,
        returned INTEGER NOT NULL DEFAULT 0, disputed INTEGER NOT NULL DEFAULT 0, trial INTEGER NOT NULL,
        paid INTEGER NOT NULL DEFAULT 0, vendor_customer TEXT, shop TEXT);
    CREATE INDEX sales_by_customer ON sales (vendor, vendor_customer);
    CREATE INDEX sales_disputed ON sales (conversion) WHERE disputed = 1;
    CREATE TABLE sale_names (
        vendor TEXT NOT NULL, name TEXT NOT NULL, sale INTEGER NOT NULL, PRIMARY KEY (vendor, name)) WITHOUT ROWID;
    CREATE INDEX sale_names_by_sale ON sale_names (sale);
    CREATE TABLE returns (
        vendor TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT,
        goods INTEGER, state INTEGER NOT NULL, PRIMARY KEY (vendor, name, kind, id)) WITHOUT ROWID;
    CREATE TABLE promotions (vendor TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (vendor, id)) WITHOUT ROWID;
    ALTER TABLE claims ADD COLUMN id TEXT;
    ALTER TABLE claims ADD COLUMN customer TEXT;
    ALTER TABLE claims ADD COLUMN conversion TEXT;
    UPDATE claims SET id = 'clm_' || printf('%025d', seq) || '0';
    CREATE UNIQUE INDEX claims_by_id ON claims (id);
";

/// `ordered`: whether a destination asks for order. `approvals`: what the decision callback was asked, by the delivery of
/// the question, and how that was settled.
const APPROVALS: &str = "
    ALTER TABLE destinations ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE approvals (
        reward TEXT PRIMARY KEY, delivery TEXT NOT NULL UNIQUE, asked_at INTEGER NOT NULL, deadline_at INTEGER NOT NULL,
        otherwise TEXT NOT NULL, settled_at INTEGER, settled TEXT) WITHOUT ROWID;
    CREATE INDEX approvals_open ON approvals (deadline_at) WHERE settled_at IS NULL;
";

/// Destinations of other kinds than webhooks: what the owner set, as JSON; a vendor's secrets stand in `secret`, as JSON,
/// sealed. `unsubscribed`: marks of the addresses that want no messages (`domain::destination::email::unsubscribe`).
const DESTINATION_KINDS: &str = "
    ALTER TABLE destinations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
    CREATE TABLE unsubscribed (mark TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
";

/// `show_name`: whether a participant allows their first name to be shown. `ranks`: how many conversions each has, of those
/// that weren't wholly refunded; kept by the triggers, so that no way to credit or to refund can forget it, and only while
/// the setting `ranks` is `1`. What conversions cost is the same where no leaderboard is shown.
const NAMES: &str = "
    ALTER TABLE participants ADD COLUMN show_name INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE ranks (participant TEXT PRIMARY KEY, conversions INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX ranks_by_conversions ON ranks (conversions DESC, participant);
    CREATE TRIGGER ranks_up AFTER INSERT ON credits WHEN (SELECT value FROM settings WHERE name = 'ranks') = '1' BEGIN
        INSERT INTO ranks (participant, conversions)
            SELECT NEW.participant, 1 FROM conversions WHERE id = NEW.conversion AND refunded_whole = 0
            ON CONFLICT (participant) DO UPDATE SET conversions = conversions + 1;
    END;
    CREATE TRIGGER ranks_down AFTER DELETE ON credits WHEN (SELECT value FROM settings WHERE name = 'ranks') = '1' BEGIN
        UPDATE ranks SET conversions = conversions - 1 WHERE participant = OLD.participant
            AND EXISTS (SELECT 1 FROM conversions WHERE id = OLD.conversion AND refunded_whole = 0);
    END;
    CREATE TRIGGER ranks_refunded AFTER UPDATE OF refunded_whole ON conversions
        WHEN OLD.refunded_whole <> NEW.refunded_whole AND (SELECT value FROM settings WHERE name = 'ranks') = '1' BEGIN
        UPDATE ranks SET conversions = conversions + OLD.refunded_whole - NEW.refunded_whole
            WHERE participant IN (SELECT participant FROM credits WHERE conversion = NEW.id);
    END;
";

/// What browsers hold in place of keys. `used_at`: the last use that was noted.
const SESSIONS: &str = "
    CREATE TABLE sessions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL UNIQUE, key TEXT NOT NULL,
        agent TEXT, created_at INTEGER NOT NULL, used_at INTEGER NOT NULL);
    CREATE INDEX sessions_by_key ON sessions (key);
";

/// How participants are looked for (`domain::search`). `called`: the name, and an empty text where there is none, so that
/// all have a place in the order of names. Nearly all are active: those who aren't have indexes of their own.
const PEOPLE: &str = "
    ALTER TABLE participants ADD COLUMN called TEXT COLLATE NOCASE AS (COALESCE(name, '')) VIRTUAL;
    CREATE INDEX participants_by_name ON participants (called, id);
    CREATE INDEX participants_by_address ON participants (email COLLATE NOCASE);
    CREATE INDEX participants_by_site_id ON participants (external_id COLLATE NOCASE);
    CREATE INDEX participants_inactive ON participants (state) WHERE state <> 'active';
    CREATE INDEX participants_inactive_by_name ON participants (state, called, id) WHERE state <> 'active';
";

/// What conversions and rewards add up to by day: of conversions, the one that they occurred on; of rewards, the one that
/// they were earned on, by the state that they are in. Kept by the triggers. `rewards_by_hand`: those that wait for one.
const DAYS: &str = "
    CREATE TABLE conversion_days (
        day INTEGER NOT NULL, event TEXT NOT NULL, outcome TEXT NOT NULL, currency TEXT NOT NULL, times INTEGER NOT NULL,
        amount INTEGER NOT NULL, refunded INTEGER NOT NULL, PRIMARY KEY (day, event, outcome, currency)) WITHOUT ROWID;
    CREATE TABLE reward_days (
        day INTEGER NOT NULL, state TEXT NOT NULL, currency TEXT NOT NULL, times INTEGER NOT NULL, amount INTEGER NOT NULL,
        PRIMARY KEY (day, state, currency)) WITHOUT ROWID;
    INSERT INTO conversion_days (day, event, outcome, currency, times, amount, refunded)
        SELECT occurred_at / 86400000 AS on_day, event, outcome, COALESCE(currency, '') AS in_currency, COUNT(*),
            COALESCE(SUM(amount), 0), SUM(refunded)
        FROM conversions GROUP BY on_day, event, outcome, in_currency;
    INSERT INTO reward_days (day, state, currency, times, amount)
        SELECT created_at / 86400000 AS on_day, state, currency, COUNT(*), SUM(earned - reversed)
        FROM rewards GROUP BY on_day, state, currency;
    CREATE TRIGGER conversion_days_up AFTER INSERT ON conversions BEGIN
        INSERT INTO conversion_days (day, event, outcome, currency, times, amount, refunded)
            VALUES (NEW.occurred_at / 86400000, NEW.event, NEW.outcome, COALESCE(NEW.currency, ''), 1,
                COALESCE(NEW.amount, 0), NEW.refunded)
            ON CONFLICT (day, event, outcome, currency) DO UPDATE SET times = times + 1,
                amount = amount + excluded.amount, refunded = refunded + excluded.refunded;
    END;
    CREATE TRIGGER conversion_days_refunded AFTER UPDATE OF refunded ON conversions WHEN OLD.refunded <> NEW.refunded BEGIN
        UPDATE conversion_days SET refunded = refunded + NEW.refunded - OLD.refunded
            WHERE day = NEW.occurred_at / 86400000 AND event = NEW.event AND outcome = NEW.outcome
                AND currency = COALESCE(NEW.currency, '');
    END;
    CREATE TRIGGER reward_days_up AFTER INSERT ON rewards BEGIN
        INSERT INTO reward_days (day, state, currency, times, amount)
            VALUES (NEW.created_at / 86400000, NEW.state, NEW.currency, 1, NEW.earned - NEW.reversed)
            ON CONFLICT (day, state, currency) DO UPDATE SET times = times + 1, amount = amount + excluded.amount;
    END;
    CREATE TRIGGER reward_days_moved AFTER UPDATE OF state, reversed ON rewards
        WHEN OLD.state <> NEW.state OR OLD.reversed <> NEW.reversed BEGIN
        UPDATE reward_days SET times = times - 1, amount = amount - OLD.earned + OLD.reversed
            WHERE day = OLD.created_at / 86400000 AND state = OLD.state AND currency = OLD.currency;
        INSERT INTO reward_days (day, state, currency, times, amount)
            VALUES (NEW.created_at / 86400000, NEW.state, NEW.currency, 1, NEW.earned - NEW.reversed)
            ON CONFLICT (day, state, currency) DO UPDATE SET times = times + 1, amount = amount + excluded.amount;
    END;
    CREATE INDEX rewards_by_hand ON rewards (due_at) WHERE state = 'pending' AND automatic = 0;
    CREATE INDEX disputes_open ON disputes (conversion) WHERE state = 'open';
";

/// Refunds that come to nothing later. `reversed_from`: the state that a refund took a reward from, of which it took all.
/// `given`: what a vendor's word refunded of a sale's conversion, beside what others refunded. `gone`: what a refund took all
/// of counts for nothing, until the refund is undone. `refund_undone`: some refund of the conversion was.
const UNDONE_REFUNDS: &str = "
    ALTER TABLE rewards ADD COLUMN reversed_from TEXT;
    UPDATE rewards SET reversed_from = 'held' WHERE state = 'reversed' AND reason = 'refunded';
    ALTER TABLE sales ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
    UPDATE sales SET given = MIN(returned, (SELECT refunded FROM conversions WHERE id = sales.conversion))
        WHERE returned > 0;
    ALTER TABLE met ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversions ADD COLUMN refund_undone INTEGER NOT NULL DEFAULT 0;
";

/// `lang`: what messages to a participant are written in, where that is known.
const LANGUAGES: &str = "ALTER TABLE participants ADD COLUMN lang TEXT;";

/// How far it came by day, and how long that took (`domain::stages`): `bucket` is -1 where how long isn't known, as of all that
/// was before this. `shares`: the first click of a person on a link of a participant's, and the bucket that it is counted in.
/// `link_standings`: until which hour a link counts as one that earns, and as one with many clicks of which nothing came
/// (`domain::links`). `failing_since`: since when nothing has arrived at a destination; `standing`: the last of its changes.
const STAGES: &str = "
    CREATE TABLE stage_days (
        day INTEGER NOT NULL, stage TEXT NOT NULL, bucket INTEGER NOT NULL, times INTEGER NOT NULL,
        PRIMARY KEY (day, stage, bucket)) WITHOUT ROWID;
    CREATE TABLE shares (participant TEXT PRIMARY KEY, at INTEGER NOT NULL, bucket INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO shares (participant, at, bucket)
        SELECT l.participant, MIN(c.hour) * 3600000, -1 FROM clicks_by_code c JOIN links l ON l.code = c.code
        WHERE c.quality = 'person' AND c.raw > 0 GROUP BY l.participant;
    INSERT INTO stage_days (day, stage, bucket, times)
        SELECT at / 86400000 AS on_day, 'share', -1, COUNT(*) FROM shares GROUP BY on_day;
    INSERT INTO stage_days (day, stage, bucket, times)
        SELECT created_at / 86400000 AS on_day, 'joined', -1, COUNT(*) FROM participants GROUP BY on_day;
    CREATE TRIGGER stage_days_joined AFTER INSERT ON participants BEGIN
        INSERT INTO stage_days (day, stage, bucket, times) VALUES (NEW.created_at / 86400000, 'joined', -1, 1)
            ON CONFLICT (day, stage, bucket) DO UPDATE SET times = times + 1;
    END;
    CREATE TABLE link_standings (code TEXT PRIMARY KEY, earns_until INTEGER NOT NULL, busy_until INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE INDEX links_busy ON link_standings (busy_until) WHERE busy_until > 0;
    ALTER TABLE destinations ADD COLUMN failing_since INTEGER;
    ALTER TABLE destinations ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
";

/// How lists are read from either end, each by an index in the order of `seq`. `conversions_listed` holds little of each
/// conversion, so that what only few have is soon found; it stands in place of an index that nobody asked any more. Of
/// rewards, only those that wait for their time are found by it. `moved`: when a reward was given and each time that it
/// moved, in milliseconds, with commas between.
const LISTS: &str = "
    DROP INDEX conversions_by_participant;
    CREATE INDEX conversions_listed ON conversions (seq, event, outcome, reason);
    DROP INDEX rewards_by_state;
    DROP INDEX rewards_by_expiry;
    CREATE INDEX rewards_listed ON rewards (state);
    DROP INDEX rewards_by_hand;
    CREATE INDEX rewards_by_hand ON rewards (state) WHERE automatic = 0;
    CREATE INDEX rewards_by_due ON rewards (due_at) WHERE state = 'pending' AND automatic = 1;
    CREATE INDEX rewards_by_expiry ON rewards (expires_at) WHERE state = 'approved' AND expires_at IS NOT NULL;
    CREATE INDEX claims_listed ON claims (state);
    CREATE INDEX claims_by_order ON claims (external_id);
    ALTER TABLE rewards ADD COLUMN moved TEXT NOT NULL DEFAULT '';
    CREATE INDEX postings_by_reward ON postings (reward, at);
    UPDATE rewards SET moved = created_at || COALESCE(
        (SELECT ',' || group_concat(at) FROM (SELECT DISTINCT at FROM postings WHERE reward = rewards.id)), '');
    DROP INDEX postings_by_reward;
";

/// What waits for one destination is found however much waits for others.
const BACKLOG: &str = "
    CREATE INDEX outbox_by_destination ON outbox (destination);
";

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;
    use crate::store::TRIGGERED;

    #[test]
    fn what_triggers_write_is_known_to_who_asks_for_it() {
        let all = MIGRATIONS.concat();
        let mut found = 0;
        for trigger in all.split("CREATE TRIGGER ").skip(1) {
            let trigger = trigger.split("END;").next().unwrap();
            let word_after = |text: &str, at: &str| {
                text.split(at).nth(1).map(|rest| rest.split_whitespace().next().unwrap().to_owned())
            };
            let Some(table) = word_after(trigger, "AFTER INSERT ON ") else { continue };
            let written = word_after(trigger, "INSERT INTO ").or_else(|| word_after(trigger, "UPDATE ")).unwrap();
            assert!(TRIGGERED.contains(&(table.as_str(), written.as_str())), "{table} writes {written}");
            found += 1;
        }
        assert!(found >= TRIGGERED.len(), "{found}");
    }
}
