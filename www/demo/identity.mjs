//! Tells the widget who is signed in: a JWT, HS256, signed with the program's identity secret.
//! Invariant: the secret stays on the server, and no token lives longer than a day.
//! Called by the /refer page.
import { createHmac } from "node:crypto";

const DAY = 24 * 60 * 60;

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** `now` and `seconds` in seconds; the key is the secret's text as UTF-8. */
export function signIdentity({ sub, email, name }, secret, now, seconds = 60 * 60) {
  if (seconds > DAY) throw new RangeError("An identity token lives for a day at most.");
  const claims = { sub, email, ...(name ? { name } : {}), exp: now + seconds };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
