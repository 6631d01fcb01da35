// The door of the Worker. A link that is known is answered without a promise: one call into the module with all that
// is read of the request, one text back, one response. Everything else goes the whole way through the module.
//
// app.js is what worker-build makes of the Rust side: the objects' classes, and an entry whose prototype has the
// functions that Rust exports.

import App from "./app.js";
import { redirectAnswer, requestFacts } from "./glue.js";

export * from "./app.js";

const { hot, warm, flush_soon: flushSoon, flush_now: flushNow, fetch: whole } = App.prototype;

// Requests whose answers wait for storage. One writes and the others wait for it: a round's clicks share one write.
// Who came while a round was under way waits for the next, which one of them begins, in its own request.
const STORED = 0;
const LEAD = 1;
const LONGEST_ROUND = 5000;
let waiting = [];
let writingSince = 0;

async function stored(env, ctx) {
  while (writingSince && Date.now() - writingSince < LONGEST_ROUND) {
    if ((await new Promise((resolve) => waiting.push(resolve))) === STORED) return;
  }
  writingSince = Date.now();
  const round = waiting;
  waiting = [];
  const write = flushNow(env).finally(() => {
    writingSince = 0;
    for (const resolve of round) resolve(STORED);
    waiting.shift()?.(LEAD);
  });
  // A client that goes away must not take the others' write with it.
  ctx.waitUntil(write);
  await write;
}

// What the first character of the module's answer asks for; any other: to be in storage before the answer leaves.
const NOTHING = "0";
const FLUSH_SOON = "1";

/** The response to what `hot` answered. */
function answered(answer, env, ctx) {
  const end = answer.indexOf("\n");
  const response = redirectAnswer(answer.slice(1, end), answer.slice(end + 1));
  if (answer[0] === NOTHING) return response;
  if (answer[0] === FLUSH_SOON) {
    ctx.waitUntil(flushSoon(env));
    return response;
  }
  return stored(env, ctx).then(() => response);
}

/** A link that isn't known here is asked for; what can't be asked goes the whole way, which always has an answer. */
async function cold(request, env, ctx, facts) {
  let answer;
  try {
    await warm(env, facts);
    answer = hot(facts, true);
  } catch {
    // As below.
  }
  return answer ? answered(answer, env, ctx) : whole.call({ env, ctx }, request);
}

export default {
  fetch(request, env, ctx) {
    let answer;
    const facts = requestFacts(request, env.CLIENT_ADDRESS_HEADER);
    try {
      answer = hot(facts, false);
    } catch {
      // A panic in there leaves the whole way open.
    }
    if (answer) return answered(answer, env, ctx);
    return answer === "" ? cold(request, env, ctx, facts) : whole.call({ env, ctx }, request);
  },
};
