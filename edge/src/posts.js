// Conversions that are posted at once go to their program's object in one call, are recorded in one transaction and
// written by one commit: a call costs more than a conversion does. Each still has its own answer.
//
// A call goes on though the client of the post that began it leaves, and says of every post in it how it ended. Who was
// told to begin the next one and had left leaves the others waiting for a second at most: then another begins it.

import App, { ProgramDo } from "./app.js";
import { headersOf, jsonAnswer } from "./glue.js";

const { conversion_call: conversionCall, conversion_headers: conversionHeaders, not_recorded: notRecorded } = App.prototype;

const TOGETHER = "https://object/together";
const PATH = "/v1/conversions";
// What the module takes: see `LARGEST_BODY`.
const LARGEST = 1024 * 1024;
// Posts of one call at most, and characters, or a post more.
const MOST = 64;
const MOST_LONG = LARGEST;
// A program has one call underway; one that takes longer keeps nobody from beginning another.
const LEASE = 1000;
// Who hears nothing for so long looks whether the next call was begun; so often at most.
const LOOK = 1000;
const LOOKS = 30;

// What the module reads of a conversion's headers, asked of it once.
let names;

// By program, while there are any: the posts that wait, and when the call that is underway was begun, if one is.
const programs = new Map();

/** Whether a request is a conversion whose length is known and not too much. */
export function isConversion(request) {
  if (request.method !== "POST" || !request.url.endsWith(PATH)) return false;
  const length = Number(request.headers.get("content-length") ?? Infinity);
  return length > 0 && length <= LARGEST;
}

/** The answer to a conversion. What the module can't tell at once goes the `whole` way. */
export async function recorded(request, facts, env, ctx, whole) {
  const body = new Uint8Array(await request.arrayBuffer());
  let asked;
  try {
    names ??= conversionHeaders().split(" ");
    asked = conversionCall(facts, headersOf(request, names), body);
  } catch {
    // A panic in there leaves the whole way open.
  }
  if (!asked) return whole(new Request(request, { body }));
  const end = asked.indexOf("\n");
  const post = { call: asked.slice(end + 1), ended: "", tell: undefined };
  const program = asked.slice(0, end);
  const posts = programs.get(program) ?? { waiting: [], begun: 0 };
  programs.set(program, posts);
  posts.waiting.push(post);
  for (let look = 0; look < LOOKS && !post.ended; look++) {
    const word = told(post);
    // When it comes, when it is told to, or when nobody else has for too long.
    if (post.call && Date.now() >= posts.begun + LEASE) ctx.waitUntil(carry(env, program, posts));
    await word;
  }
  posts.waiting = posts.waiting.filter((waiting) => waiting !== post);
  const ended = post.ended || notRecorded("the program doesn't answer");
  return jsonAnswer(Number(ended.slice(0, 3)), ended.slice(6), ended[4] === "1");
}

/** Waits for a word to this post, or for a while. By two promises and their race: compiled code that settles a promise may
 * go on, in its own request's turn, with the request that awaits it. What a race settles, that request awaits in its own
 * turn. And without a timer of its own it would be taken for one that hangs. */
async function told(post) {
  let timer;
  const word = new Promise((resolve) => { post.tell = resolve; });
  const late = new Promise((resolve) => { timer = setTimeout(resolve, LOOK); });
  await Promise.race([word, late]);
  clearTimeout(timer);
}

/** One call with those that wait, to its end; then another may be begun for those who came meanwhile. */
async function carry(env, program, posts) {
  const begun = Date.now();
  posts.begun = begun;
  const group = taken(posts);
  const calls = group.map((post) => post.call);
  for (const post of group) post.call = "";
  try {
    const body = `[${calls.join(",")}]`;
    const response = await env.PROGRAM.getByName(program).fetch(TOGETHER, { method: "POST", body });
    const ended = (await response.text()).split("\n");
    if (response.status !== 200 || ended.length !== group.length) throw new Error(`the program answered ${response.status}`);
    group.forEach((post, at) => { post.ended = ended[at]; });
  } catch (error) {
    // What the object wrote in that turn went with it.
    const again = error.durableObjectReset === true;
    for (const [at, post] of group.entries()) {
      post.ended = again ? await recordedAlone(env, program, calls[at]) : notRecorded(String(error));
    }
  }
  if (posts.begun === begun) posts.begun = 0;
  if (posts.waiting.length === 0) programs.delete(program);
  for (const post of group) post.tell();
  posts.waiting[0]?.tell();
}

/** What goes with the next call. */
function taken(posts) {
  let [count, long] = [0, 0];
  while (count < posts.waiting.length && count < MOST && long < MOST_LONG) long += posts.waiting[count++].call.length;
  return posts.waiting.splice(0, count);
}

async function recordedAlone(env, program, call) {
  try {
    const response = await env.PROGRAM.getByName(program).fetch("https://object/", { method: "POST", body: call });
    return `${response.status} ${response.headers.has("idempotent-replayed") ? 1 : 0} ${await response.text()}`;
  } catch (error) {
    return notRecorded(String(error));
  }
}

// Those of one call are recorded in one turn of the object. All else that it is asked goes the whole way.
const { fetch: asked, together, context } = ProgramDo.prototype;
ProgramDo.prototype.fetch = function (request) {
  if (request.url !== TOGETHER) return asked.call(this, request);
  return request.text().then((calls) => {
    const object = context.call(this);
    let ended;
    try {
      ended = together.call(this, calls);
    } finally {
      // Half done, or cut off: nothing that an object wrote in a turn is kept that it is aborted in.
      if (ended === undefined) object.abort("Conversions were half done, and are undone.");
    }
    return new Response(ended);
  });
};
