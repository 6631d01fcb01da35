// A baseline of `cargo bench-edge`: the rows that a conversion leaves, written by plain SQL, with nothing read and nothing
// decided. One object, the tables and indexes of a program, a statement a row; a batch is one transaction. `/row` writes
// one row a post.
import { DurableObject } from "cloudflare:workers";

const TABLES = `
  CREATE TABLE IF NOT EXISTS customers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, external_id TEXT UNIQUE, email TEXT, folded TEXT,
    bound_code TEXT, bound_at INTEGER, created_at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS customers_by_email ON customers (folded);
  CREATE TABLE IF NOT EXISTS conversions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, external_id TEXT NOT NULL,
    customer TEXT NOT NULL, amount INTEGER, currency TEXT, occurred_at INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL, decision TEXT NOT NULL, participant TEXT, properties TEXT NOT NULL,
    facts TEXT, UNIQUE (event, external_id));
  CREATE INDEX IF NOT EXISTS conversions_by_customer ON conversions (customer);
  CREATE INDEX IF NOT EXISTS conversions_by_participant ON conversions (participant);
  CREATE TABLE IF NOT EXISTS credits (
    conversion TEXT NOT NULL, participant TEXT NOT NULL, weight INTEGER NOT NULL,
    PRIMARY KEY (conversion, participant)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS credits_by_participant ON credits (participant);
  CREATE TABLE IF NOT EXISTS rewards (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, conversion TEXT NOT NULL, rule TEXT NOT NULL,
    side TEXT NOT NULL, beneficiary TEXT NOT NULL, kind TEXT NOT NULL, earned INTEGER NOT NULL, reversed INTEGER NOT NULL,
    currency TEXT NOT NULL, state TEXT NOT NULL, automatic INTEGER NOT NULL, due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER, UNIQUE (conversion, rule, beneficiary));
  CREATE INDEX IF NOT EXISTS rewards_by_conversion ON rewards (conversion);
  CREATE INDEX IF NOT EXISTS rewards_by_beneficiary ON rewards (beneficiary);
  CREATE INDEX IF NOT EXISTS rewards_by_state ON rewards (state, due_at);
  CREATE INDEX IF NOT EXISTS rewards_by_expiry ON rewards (state, expires_at);
  CREATE TABLE IF NOT EXISTS met (
    conversion TEXT NOT NULL, rule TEXT NOT NULL, who TEXT NOT NULL, amount INTEGER, currency TEXT NOT NULL,
    day INTEGER NOT NULL, PRIMARY KEY (conversion, rule, who)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tallies (
    what TEXT NOT NULL, rule TEXT NOT NULL, who TEXT NOT NULL, currency TEXT NOT NULL, day INTEGER NOT NULL,
    times INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (what, rule, who, currency, day)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS postings (
    seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, at INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, reward TEXT, cause TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS postings_by_account ON postings (account, currency);
  CREATE TABLE IF NOT EXISTS balances (
    account TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, currency)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, delivery TEXT NOT NULL, event TEXT NOT NULL,
    kind TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS posts (at INTEGER, body TEXT);
`;

// About as long as ours are.
const DECISION = JSON.stringify({ decision: "d".repeat(800) });
const FACTS = JSON.stringify({ facts: "f".repeat(400) });
const TOLD = JSON.stringify({ conversion: "c".repeat(1300) });
const REWARDED = JSON.stringify({ reward: "r".repeat(450) });
const HASH = "0123456789abcdef".repeat(4);

const UPSERT_TALLY = `INSERT INTO tallies VALUES (?, ?, ?, 'USD', ?, 1, ?) ON CONFLICT (what, rule, who, currency, day)
  DO UPDATE SET times = times + excluded.times, amount = amount + excluded.amount`;
const UPSERT_BALANCE = `INSERT INTO balances VALUES (?, 'USD', ?) ON CONFLICT (account, currency)
  DO UPDATE SET amount = amount + excluded.amount`;

export class Book extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.storage = state.storage;
    this.sql = state.storage.sql;
    this.sql.exec(TABLES);
    this.number = this.sql.exec("SELECT COALESCE(MAX(seq), 0) AS n FROM postings").one().n;
  }

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const body = await request.text();
    if (pathname === "/row") {
      this.sql.exec("INSERT INTO posts (at, body) VALUES (?, ?)", Date.now(), body);
      return Response.json({ rows: 1 }, { status: 201 });
    }
    const conversions = Number(searchParams.get("conversions"));
    this.storage.transactionSync(() => {
      for (let at = 0; at < conversions; at++) this.write();
    });
    return Response.json({ conversions });
  }

  /** The rows of one conversion with two rewards and three events. */
  write() {
    const { sql } = this;
    const now = Date.now();
    const day = Math.floor(now / 86_400_000);
    const id = String(this.number).padStart(26, "0");
    const [conversion, customer, participant] = ["cnv_" + id, "cus_" + id, "prt_" + (this.number % 1000)];
    sql.exec("INSERT INTO customers (id, external_id, email, folded, created_at) VALUES (?, ?, ?, ?, ?)",
      customer, "friend-" + id, `friend-${id}@example.com`, `friend-${id}@example.com`, now);
    sql.exec(`INSERT INTO conversions (id, event, external_id, customer, amount, currency, occurred_at, recorded_at, outcome,
      reason, decision, participant, properties, facts) VALUES (?, 'purchase', ?, ?, 12000, 'USD', ?, ?, 'credited',
      'code_given', ?, ?, '{}', ?)`, conversion, "order-" + id, customer, now, now, DECISION, participant, FACTS);
    sql.exec("UPDATE customers SET bound_code = ?, bound_at = ? WHERE id = ?", "code", now, customer);
    sql.exec("INSERT INTO credits VALUES (?, ?, 1)", conversion, participant);
    for (const [rule, side, who] of [["referrer", "referrer", participant], ["friend", "friend", customer]]) {
      const reward = `rwd_${rule}${id}`;
      sql.exec(`INSERT INTO rewards (id, conversion, rule, side, beneficiary, kind, earned, reversed, currency, state,
        automatic, due_at, created_at) VALUES (?, ?, ?, ?, ?, 'credit', 2000, 0, 'USD', 'pending', 1, ?, ?)`,
        reward, conversion, rule, side, who, now + 2_592_000_000, now);
      for (const of of [rule, ""]) for (const whom of [who, ""]) sql.exec(UPSERT_TALLY, "spent", of, whom, day, 2000);
      sql.exec("INSERT INTO met VALUES (?, ?, ?, 12000, 'USD', ?)", conversion, rule, who, day);
      sql.exec(UPSERT_TALLY, "met", rule, who, day, 12000);
      for (const [account, amount] of [["expense", -2000], ["pending:" + who, 2000]]) {
        sql.exec("INSERT INTO postings VALUES (?, ?, ?, ?, ?, 'USD', ?, 'earned', ?, ?)",
          ++this.number, "ent_" + id, now, account, amount, reward, HASH, HASH);
        sql.exec(UPSERT_BALANCE, account, amount);
      }
    }
    sql.exec("INSERT OR REPLACE INTO settings VALUES ('ledger_head', ?)", HASH);
    for (const [kind, told] of [["conversion.recorded", TOLD], ["reward.created", REWARDED], ["reward.created", REWARDED]]) {
      sql.exec("INSERT INTO outbox (destination, delivery, event, kind, body, at) VALUES (?, ?, ?, ?, ?, ?)",
        "dst_" + id, "dlv_" + id, "evt_" + id, kind, told, now);
    }
  }
}

export default {
  fetch(request, env) {
    if (request.url.endsWith("/healthz")) return new Response("ok");
    return env.BOOK.get(env.BOOK.idFromName("book")).fetch(request);
  },
};
