// The door of the Worker. A link that is known is answered without a promise: one call into the module with all that
// is read of the request, one text back, one response. Everything else goes the whole way through the module.
//
// app.js is what worker-build makes of the Rust side: the objects' classes, and an entry whose prototype has the
// functions that Rust exports.

import App from "./app.js";
import { pageAnswer, redirectAnswer, requestFacts } from "./glue.js";

export * from "./app.js";

const { hot, warm, refresh, flush_soon: flushSoon, flush_now: flushNow, fetch: whole } = App.prototype;

// Requests whose answers wait for storage: a round's clicks share one write. Few rounds are on their way at once; who
// comes while they are waits for the next, which one of them begins, in its own request.
const STORED = 0;
const LEAD = 1;
const ROUNDS = 2;
const LONGEST_ROUND = 5000;
let waiting = [];
const rounds = new Set();

async function stored(env, ctx) {
  while (rounds.size >= ROUNDS) {
    // A round whose request was cut off in the middle of it ends nowhere.
    for (const round of rounds) if (Date.now() - round.since > LONGEST_ROUND) rounds.delete(round);
    if (rounds.size < ROUNDS) break;
    if ((await new Promise((resolve) => waiting.push(resolve))) === STORED) return;
  }
  const round = { since: Date.now() };
  rounds.add(round);
  const others = waiting;
  waiting = [];
  const write = flushNow(env).finally(() => {
    rounds.delete(round);
    for (const resolve of others) resolve(STORED);
    waiting.shift()?.(LEAD);
  });
  // A client that goes away must not take the others' write with it.
  ctx.waitUntil(write);
  await write;
}

// What the module's answer asks for, as bits of its first digit.
const FLUSH_SOON = 1;
const STORE_FIRST = 2;
const REFRESH = 4;

/** The response to what `hot` answered. */
function answered(answer, facts, env, ctx) {
  const asks = answer.charCodeAt(0) - 48;
  let response;
  if (answer[1] === "r") {
    const end = answer.indexOf("\n");
    response = redirectAnswer(answer.slice(2, end), answer.slice(end + 1));
  } else {
    response = pageAnswer(200, "text/html; charset=utf-8", answer.slice(2));
  }
  if (asks === 0) return response;
  if (asks & FLUSH_SOON) ctx.waitUntil(flushSoon(env));
  if (asks & REFRESH) ctx.waitUntil(refresh(env, facts));
  return asks & STORE_FIRST ? stored(env, ctx).then(() => response) : response;
}

/** A link that isn't known here is asked for; what can't be asked goes the whole way, which always has an answer. */
async function cold(request, env, ctx, facts) {
  // Others may wait for the same question: a client that goes away must not take it along.
  const warmed = warm(env, facts);
  ctx.waitUntil(warmed);
  await warmed;
  const answer = hot(facts);
  return answer ? answered(answer, facts, env, ctx) : whole.call({ env, ctx }, request);
}

export default {
  fetch(request, env, ctx) {
    let answer;
    const facts = requestFacts(request, env.CLIENT_ADDRESS_HEADER);
    try {
      answer = hot(facts);
    } catch {
      // A panic in there leaves the whole way open.
    }
    if (answer) return answered(answer, facts, env, ctx);
    return answer === "" ? cold(request, env, ctx, facts) : whole.call({ env, ctx }, request);
  },
};
