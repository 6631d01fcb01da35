//! Orders and their reports against an edge that fails as it is told.
//! Invariant under test: an order is reported until it is answered, always alike, and never lost.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createBackend } from "./backend.mjs";
import { openOrders } from "./orders.mjs";

const ID = "order-0123456789abcdef";
const ANSWER = { id: "cnv_1", decision: { outcome: "none", reason: "no_touch", credits: [] }, rewards: [] };

function shop(t, answers) {
  const dataDir = mkdtempSync(join(tmpdir(), "shop-"));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const orders = openOrders(dataDir);
  const sent = [];
  const call = async (method, path, body, headers) => {
    sent.push(JSON.stringify([method, path, body, headers]));
    const answer = answers.shift();
    if (!answer) throw new Error("connect ECONNREFUSED");
    return { retryAfter: 0, ...answer };
  };
  return { dataDir, orders, sent, backend: createBackend({ orders, call, firstWait: 1 }) };
}

const place = (orders) => orders.place({
  id: ID, name: "Bob", quantity: 2, touch: "v1.touch",
  customer: { id: "u-1", email: "bob@example.com", created_at: "2026-11-20T11:58:00.000Z" },
  product: { name: "Mug", price: { amount: 1800, currency: "USD" } },
});

test("a report says what API.md asks for", (t) => {
  const { orders } = shop(t, []);
  const { report, at } = place(orders);
  assert.deepEqual(report, {
    event: "purchase", external_id: ID, value: { amount: 3600, currency: "USD" }, occurred_at: at,
    customer: { external_id: "u-1", email: "bob@example.com", created_at: "2026-11-20T11:58:00.000Z" },
    attribution: { touch: "v1.touch" },
  });
});

test("an edge that is down, busy or broken is asked again with the same key and body", async (t) => {
  const { orders, backend, sent } = shop(t, [null, { status: 503 }, { status: 429 }, { status: 201, body: ANSWER }]);
  place(orders);
  const order = await backend.report(ID);
  assert.equal(order.state, "recorded");
  assert.equal(order.attempts, 3);
  assert.equal(new Set(sent).size, 1);
  assert.equal(JSON.parse(sent[0])[3]["idempotency-key"], ID);
});

test("a report that is asked for twice at once is sent once", async (t) => {
  const { orders, backend, sent } = shop(t, [{ status: 201, body: ANSWER }]);
  place(orders);
  await Promise.all([backend.report(ID), backend.report(ID)]);
  assert.equal(sent.length, 1);
});

test("a refused report keeps the order and the edge's reason, and isn't repeated", async (t) => {
  const body = { error: { code: "unknown_currency", message: "USX is no currency." } };
  const { orders, backend, sent } = shop(t, [{ status: 400, body }]);
  place(orders);
  const order = await backend.report(ID);
  assert.deepEqual([order.state, order.problem, sent.length], ["refused", "USX is no currency. (unknown_currency)", 1]);
});

test("an order that was never answered is reported at the next start", async (t) => {
  const { dataDir, orders } = shop(t, []);
  place(orders);
  const after = openOrders(dataDir);
  const call = async () => ({ status: 201, body: ANSWER });
  await Promise.all(createBackend({ orders: after, call }).resume());
  assert.equal(openOrders(dataDir).read(ID).state, "recorded");
  assert.deepEqual(openOrders(dataDir).unsettled(), []);
});
