//! Makes sure that Honeyguide sends its webhooks here.
//! Invariant: the destination whose secret we hold is the only one for our address. A secret is
//! shown once, so one that was lost is replaced by a new destination, and the old one deleted.
//! Called by server.mjs at start (ensure), and by the inbox page (askAgain).
import { join } from "node:path";
import { problemOf } from "./edge.mjs";
import { readJson, writeJson } from "./store.mjs";

/** The edge answered, and it was no. */
export class Refused extends Error {}

/** Returns { id, secret, url }; throws when the edge can't be reached, `Refused` when it says no. */
export async function ensureDestination({ call, dataDir, url }) {
  const path = join(dataDir, "destination.json");
  const kept = readJson(path, null);
  if (kept) {
    const found = await call("GET", `/v1/destinations/${encodeURIComponent(kept.id)}`);
    if (found.status === 200 && found.body.url === url && !isDisabled(found.body)) return kept;
    if (found.status !== 200 && found.status !== 404) throw new Refused(problemOf(found));
  }
  const made = await call("POST", "/v1/destinations", { kind: "webhook", url, events: ["*"] });
  if (made.status !== 201) throw new Refused(problemOf(made));
  const destination = { id: made.body.id, secret: made.body.secret, url };
  writeJson(path, destination);
  await removeOthers({ call, keep: destination, replaced: kept });
  return destination;
}

/** Asks for the events that wait for their next try to be sent now. Returns how many that were. */
export async function askAgain({ call, destination }) {
  const list = await call("GET", `/v1/deliveries?state=pending&limit=1000&destination=${encodeURIComponent(destination.id)}`);
  const waiting = list.body?.data ?? [];
  for (const { id } of waiting) await call("POST", `/v1/deliveries/${encodeURIComponent(id)}/replay`);
  return waiting.length;
}

/** Ours from before: the one we replace, and any for our address whose secret nobody has. */
async function removeOthers({ call, keep, replaced }) {
  const list = await call("GET", "/v1/destinations?limit=1000");
  for (const { id, url } of list.body?.data ?? []) {
    if (id !== keep.id && (url === keep.url || id === replaced?.id)) {
      await call("DELETE", `/v1/destinations/${encodeURIComponent(id)}`);
    }
  }
}

function isDisabled({ state, disabled }) {
  return state === "disabled" || disabled === true;
}
