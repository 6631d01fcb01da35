// The door of the Worker. A link that is known is answered without a promise: one call into the module with all that
// is read of the request, one text back, one response. Everything else goes the whole way through the module.
//
// app.js is what worker-build makes of the Rust side: the objects' classes, and an entry whose prototype has the
// functions that Rust exports.

import App, { ClicksDo } from "./app.js";
import { pageAnswer, redirectAnswer, requestFacts } from "./glue.js";
import { isConversion, recorded } from "./posts.js";

export * from "./app.js";

const {
  hot, warm, refresh, flush_soon: flushSoon, flush_now: flushNow, next_batch: nextBatch, batch_sent: batchSent,
  fetch: whole,
} = App.prototype;

// Requests whose answers wait for storage share one write. One of them begins it, and collects a moment for those who
// come together; who comes while it is under way waits for the next.
const STORED = 0;
const LEAD = 1;
const COLLECT = 1;
const LONGEST_ROUND = 5000;
let waiting = [];
let writingSince = 0;

/** The response, once what was counted before is in storage. */
function stored(env, ctx, response) {
  if (Date.now() - writingSince >= LONGEST_ROUND) return lead(env, ctx, response);
  return turn().then((word) => (word === STORED ? response : stored(env, ctx, response)));
}

function lead(env, ctx, response) {
  writingSince = Date.now();
  const round = write(env);
  // A client that goes away must not take the others' write with it.
  ctx.waitUntil(round);
  // Whatever became of the write, the friend arrives.
  return round.then(() => response, () => response);
}

/** What another request calls this one for. The timer is for a round that was cut off; and a request without anything
 * of its own that is under way would be taken for one that hangs. It goes with its request. */
function turn() {
  return new Promise((resolve) => {
    setTimeout(resolve, LONGEST_ROUND, LEAD);
    waiting.push(resolve);
  });
}

async function write(env) {
  await new Promise((resolve) => setTimeout(resolve, COLLECT));
  const round = waiting;
  waiting = [];
  try {
    await send(env);
  } finally {
    writingSince = 0;
    for (const resolve of round) resolve(STORED);
    // By the runtime, not from here: code that settles a promise may, once it is optimised, go on in its own request's turn
    // with the request that awaits it; and this one, which leads, begins what must not end with ours.
    const next = waiting.shift();
    if (next) Promise.resolve(LEAD).then(next);
  }
}

// As the module's own deadline for storage.
const LONGEST_SENDING = 2000;
const BATCHES = "https://object/clicks/";

/** Sends what waits. One batch is the usual case, and is sent from here: a promise of the module's costs several. */
async function send(env) {
  const batch = nextBatch();
  if (!batch) return flushNow(env);
  const [shard, first, rows] = batch;
  let told = "no answer in time";
  try {
    const stub = env.CLICKS.getByName(shard);
    await atMost(LONGEST_SENDING, stub.fetch(BATCHES + first, { method: "POST", body: rows }).then((response) => {
      told = response.ok ? "" : `the shard answered ${response.status}`;
    }));
  } catch (error) {
    told = String(error);
  }
  batchSent(first, told);
}

// A batch is taken by the module in one call. All else that a shard is asked goes the whole way.
const { fetch: asked, keep } = ClicksDo.prototype;
ClicksDo.prototype.fetch = function (request) {
  const { url } = request;
  if (!url.startsWith(BATCHES)) return asked.call(this, request);
  const kept = (rows) => keep.call(this, url.slice(BATCHES.length), new Uint8Array(rows));
  return request.arrayBuffer().then(kept).then((refused) => refused ?? new Response(null, { status: 204 }));
};

// What the module's answer asks for, as bits of its first digit.
const FLUSH_SOON = 1;
const STORE_FIRST = 2;
const REFRESH = 4;

/** The response to what the module answered. */
function answered(answer, request, env, ctx) {
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
  if (asks & REFRESH) ctx.waitUntil(refresh(env, factsOf(request, env)));
  return asks & STORE_FIRST ? stored(env, ctx, response) : response;
}

// Longer than storage is waited for.
const LONGEST_ASKING = 2500;

/** Waits for work, or for so many milliseconds. The timer is this request's own: one that only waits for what another
 * request asks would be taken for one that hangs, and be ended without an answer. */
async function atMost(longest, work) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, longest);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const factsOf = (request, env) => requestFacts(request, env.CLIENT_ADDRESS_HEADER);

/** A link that isn't known here is asked for; what can't be asked goes the whole way, which always has an answer. */
async function cold(request, env, ctx) {
  let answer;
  try {
    const facts = factsOf(request, env);
    // Others may wait for the same question: a client that goes away must not take it along.
    const warmed = warm(env, facts);
    ctx.waitUntil(warmed);
    await atMost(LONGEST_ASKING, warmed);
    answer = hot(facts, true);
  } catch {
    // As below.
  }
  return answer ? answered(answer, request, env, ctx) : whole.call({ env, ctx }, request);
}

export default {
  fetch(request, env, ctx) {
    const facts = factsOf(request, env);
    let answer;
    try {
      answer = hot(facts, false);
    } catch {
      // A panic in there leaves the whole way open.
    }
    if (answer) return answered(answer, request, env, ctx);
    if (answer === "") return cold(request, env, ctx);
    const all = (request) => whole.call({ env, ctx }, request);
    return isConversion(request) ? recorded(request, facts, env, ctx, all) : all(request);
  },
};
