//! Reads what a browser or a sender sent: cookies, forms, bodies.
//! Invariant: no body is held beyond its limit; one that is too long is a `TooLarge`.
//! Called by shop.mjs and checkout.mjs.

export class TooLarge extends Error {}

export function cookiesOf(request) {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim().split(/=(.*)/s));
  return new Map(pairs.filter(([name]) => name).map(([name, value = ""]) => [name, value]));
}

/** The body as it came, in bytes: a signature is over these and no others. */
export async function readBody(request, limit) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > limit) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readForm(request) {
  return new URLSearchParams((await readBody(request, 16_384)).toString("utf8"));
}

/** A form that another site sent here; a browser says so, and a program has nothing to gain. */
export function isForeign(request) {
  return request.method === "POST" && request.headers["sec-fetch-site"] === "cross-site";
}

/** The last Server-Sent Event that a browser has seen, when it comes back. */
export function lastSeen(request) {
  return Number(request.headers["last-event-id"]) || 0;
}
