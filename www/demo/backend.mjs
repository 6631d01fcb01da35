//! Reports purchases to Honeyguide: POST /v1/conversions with the secret key.
//! Invariant: an order that waits is reported until the edge answers, always with the same body
//! and the same Idempotency-Key, so it counts once however often it is sent.
//! Called by the checkout page (report) and at start (resume).
import { problemOf } from "./edge.mjs";

const LONGEST_WAIT = 10_000;

export function createBackend({ orders, call, firstWait = 500 }) {
  const running = new Map();

  /** Settles when the order is recorded or refused; never rejects. */
  function report(id) {
    if (!running.has(id)) running.set(id, insist(id).finally(() => running.delete(id)));
    return running.get(id);
  }

  async function insist(id) {
    for (let wait = firstWait; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const { problem, pause = 0 } = await attempt(id);
      if (!problem) return orders.read(id);
      const before = orders.read(id);
      orders.update(id, { attempts: before.attempts + 1, problem });
      await new Promise((resolve) => setTimeout(resolve, Math.max(wait, pause)));
    }
  }

  async function attempt(id) {
    let answer;
    try {
      answer = await call("POST", "/v1/conversions", orders.read(id).report, { "idempotency-key": id });
    } catch (error) {
      return { problem: `The edge can't be reached: ${error.cause?.code ?? error.message}.` };
    }
    if (answer.status === 200 || answer.status === 201) {
      orders.update(id, { state: "recorded", answer: answer.body, problem: null });
      orders.update(id, { names: await namesOf(answer.body) });
      return {};
    }
    const problem = problemOf(answer);
    if (isForNow(answer.status)) return { problem, pause: answer.retryAfter * 1000 };
    orders.update(id, { state: "refused", answer: answer.body, problem });
    return {};
  }

  /** Who the credited participants are, for people to read; the order stands without it. */
  async function namesOf({ decision }) {
    const names = {};
    for (const { participant } of decision.credits ?? []) {
      const found = await call("GET", `/v1/participants/${encodeURIComponent(participant)}`).catch(() => null);
      if (found?.body?.name) names[participant] = found.body.name;
    }
    return names;
  }

  return { report, resume: () => orders.unsettled().map((order) => report(order.id)) };
}

/** Worth asking again: the edge's own fault, too many requests, or a key that the owner can put right. */
function isForNow(status) {
  return status >= 500 || status === 429 || status === 401 || status === 403;
}
