//! The tables of a program, as numbered migrations. A change is a new one at the end; what stands here never changes.

pub(super) const MIGRATIONS: &[&str] = &["
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
",
    // What clicks add up to. `click_days` has the visitors' marks of days that are still open.
    "
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
",
];
