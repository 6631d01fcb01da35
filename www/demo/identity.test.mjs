//! The identity token against what API.md asks of it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { signIdentity } from "./identity.mjs";

const SECRET = "a secret that only the backend knows";
const NOW = 1_795_000_000;
const read = (part) => JSON.parse(Buffer.from(part, "base64url"));

test("a token has the claims of the customer and ends within a day", () => {
  const [header, claims, ...rest] = signIdentity({ sub: "u-7", email: "ada@example.com", name: "Ada" }, SECRET, NOW).split(".");
  assert.deepEqual(read(header), { alg: "HS256", typ: "JWT" });
  assert.deepEqual(read(claims), { sub: "u-7", email: "ada@example.com", name: "Ada", exp: NOW + 3600 });
  assert.equal(rest.length, 1);
});

test("a name that isn't known is left out", () => {
  const [, claims] = signIdentity({ sub: "u-7", email: "ada@example.com" }, SECRET, NOW).split(".");
  assert.equal("name" in read(claims), false);
});

test("the signature is HMAC-SHA256 over header and claims, keyed with the secret's text", () => {
  const token = signIdentity({ sub: "u-7", email: "ada@example.com" }, SECRET, NOW);
  const at = token.lastIndexOf(".");
  const expected = createHmac("sha256", Buffer.from(SECRET, "utf8")).update(token.slice(0, at)).digest("base64url");
  assert.equal(token.slice(at + 1), expected);
  assert.doesNotMatch(token, /[+/=]/);
});

test("a token for longer than a day is never made", () => {
  assert.throws(() => signIdentity({ sub: "u-7", email: "a@b.example" }, SECRET, NOW, 86_401), RangeError);
});
