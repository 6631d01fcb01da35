//! The receiver against signatures made by hand from the Standard Webhooks text.
//! Invariant under test: only a true signature is believed, and an event is taken once.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openInbox } from "./inbox.mjs";

const KEY = Buffer.alloc(32, 7);
const BODY = Buffer.from('{"type":"reward.created","timestamp":"2026-11-20T12:00:00.000Z","data":{"id":"rwd_1"}}');

function open(t) {
  const dataDir = mkdtempSync(join(tmpdir(), "inbox-"));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const secret = () => `whsec_${KEY.toString("base64")}`;
  return { inbox: openInbox({ dataDir, secret }), again: () => openInbox({ dataDir, secret }) };
}

function signed(id, body = BODY, key = KEY) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

test("a webhook with a true signature is taken and kept", (t) => {
  const { inbox, again } = open(t);
  assert.equal(inbox.receive(signed("evt_1"), BODY), 204);
  const [arrival] = again().all();
  assert.deepEqual([arrival.type, arrival.id, arrival.verified, arrival.duplicate], ["reward.created", "evt_1", true, false]);
});

test("another body, another key and no signature are refused", (t) => {
  const { inbox } = open(t);
  assert.equal(inbox.receive(signed("evt_1"), Buffer.from(`${BODY} `)), 400);
  assert.equal(inbox.receive(signed("evt_1", BODY, Buffer.alloc(32, 8)), BODY), 400);
  assert.equal(inbox.receive({}, Buffer.from("not json")), 400);
  assert.deepEqual(inbox.all().map(({ verified, type }) => [verified, type]), [[false, "reward.created"], [false, "reward.created"], [false, "unreadable"]]);
});

test("an id that was taken is marked as a duplicate when it comes again", (t) => {
  const { inbox, again } = open(t);
  inbox.receive(signed("evt_1"), BODY);
  assert.equal(again().receive(signed("evt_1"), BODY), 204);
  assert.equal(again().all()[1].duplicate, true);
});

test("while the receiver is down every try is answered 500, and the first one after counts", (t) => {
  const { inbox } = open(t);
  inbox.setDown(true);
  assert.equal(inbox.receive(signed("evt_1"), BODY), 500);
  assert.equal(inbox.receive(signed("evt_1"), BODY), 500);
  inbox.setDown(false);
  assert.equal(inbox.receive(signed("evt_1"), BODY), 204);
  assert.deepEqual(inbox.all().map(({ attempt, duplicate, answered }) => [attempt, duplicate, answered]), [[1, false, 500], [2, false, 500], [3, false, 204]]);
});
