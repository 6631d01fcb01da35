//! The tables of a destination, as numbered migrations. A change is a new one at the end; what stands here never changes.

pub(super) const MIGRATIONS: &[&str] = &[FIRST, ONE_ROW_A_DELIVERY, ERASURES, STANDING, SELDOM];

const FIRST: &str = "
    CREATE TABLE setting (one INTEGER PRIMARY KEY CHECK (one = 1), setting TEXT NOT NULL);
    CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, kind TEXT NOT NULL,
        body TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tried_in_row INTEGER NOT NULL DEFAULT 0,
        next_at INTEGER, created_at INTEGER NOT NULL);
    CREATE INDEX deliveries_by_state ON deliveries (state, next_at);
    CREATE TABLE attempts (
        delivery TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, status INTEGER, answer TEXT, error TEXT,
        ms INTEGER NOT NULL, request TEXT NOT NULL, PRIMARY KEY (delivery, number)) WITHOUT ROWID;
";

/// A delivery and its attempts are one row, and only those that aren't delivered are in an index: three rows are
/// written for one that arrives at the first try. `seq`: its place in the program's outbox. `lane`: what it waits its
/// turn in, where the destination asks for order. `verdict`: what the decision callback answered, until the program
/// knows. Of the destination, `setting` is sealed; `failing_since`, `held_until` and `given_up` say how it stands.
const ONE_ROW_A_DELIVERY: &str = "
    CREATE TABLE all_deliveries (
        id TEXT PRIMARY KEY, seq INTEGER NOT NULL, event TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tried_in_row INTEGER NOT NULL DEFAULT 0, next_at INTEGER,
        created_at INTEGER NOT NULL, lane TEXT, verdict TEXT, attempts TEXT NOT NULL DEFAULT '[]') WITHOUT ROWID;
    INSERT INTO all_deliveries (id, seq, event, kind, body, state, tries, tried_in_row, next_at, created_at, attempts)
        SELECT id, seq, event, kind, body, state, tries, tried_in_row, next_at, created_at,
            (SELECT json_group_array(json_object('number', number, 'at', at, 'status', status, 'answer', answer,
                'error', error, 'ms', ms, 'request', json(request))) FROM attempts WHERE delivery = deliveries.id)
        FROM deliveries;
    DROP TABLE attempts;
    DROP TABLE deliveries;
    ALTER TABLE all_deliveries RENAME TO deliveries;
    CREATE INDEX deliveries_open ON deliveries (state, next_at, seq) WHERE state <> 'delivered';
    CREATE INDEX deliveries_by_lane ON deliveries (lane, seq) WHERE lane IS NOT NULL AND state = 'pending';
    ALTER TABLE setting ADD COLUMN failing_since INTEGER;
    ALTER TABLE setting ADD COLUMN held_until INTEGER;
    ALTER TABLE setting ADD COLUMN given_up TEXT;
";

/// People who were erased and may still be in deliveries up to here: `after` is the last id that was looked at. `erased`: how
/// often a delivery was written without somebody, so that a try that was under way then is kept without what it sent.
const ERASURES: &str = "
    ALTER TABLE deliveries ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE erasures (seq INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL UNIQUE, after TEXT NOT NULL);
";

/// The program hears how the destination stands: `change` is the number of the last change to `failing_since`, `told` that of
/// the last one that the program knows of.
const STANDING: &str = "
    ALTER TABLE setting ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE setting ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
    UPDATE setting SET change = 1 WHERE failing_since IS NOT NULL;
";

/// Kinds of events that are seldom are found by an index; those that come with clicks, people and sales cost no more rows
/// than before. The list of the kinds stands in `reports` too.
const SELDOM: &str = "
    CREATE INDEX deliveries_seldom ON deliveries (kind) WHERE kind NOT IN ('click.recorded', 'participant.joined',
        'conversion.recorded', 'reward.created', 'reward.approved', 'reward.fulfilled');
";
