//! Receives Honeyguide's webhooks and keeps them for people to look at.
//! Invariants: a webhook is believed only if the `standardwebhooks` library accepts its signature
//! over the raw body; it is on disk before it is answered; a webhook-id is taken once.
//! Called by server.mjs (receive), and by the inbox page (stream, setDown).
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { readJson, writeJson } from "./store.mjs";

const KEPT = 200;

export function openInbox({ dataDir, secret }) {
  const path = join(dataDir, "inbox.json");
  const { next, arrivals } = readJson(path, { next: 1, arrivals: [] });
  const watchers = new Set();
  let sequence = next;
  let down = false;

  /** One request at POST /webhooks; `raw` is its body as it came. Returns the status to answer. */
  function receive(headers, raw) {
    const id = headers["webhook-id"] ?? "";
    const fault = faultOf(secret(), headers, raw);
    const earlier = arrivals.filter((arrival) => arrival.id === id && arrival.verified);
    const status = down ? 500 : fault ? 400 : 204;
    const arrival = {
      sequence: sequence++,
      received_at: new Date().toISOString(),
      id,
      type: typeOf(raw),
      verified: !fault,
      fault,
      attempt: earlier.length + 1,
      duplicate: earlier.some((one) => one.answered === 204),
      answered: status,
      body: raw.toString("utf8"),
    };
    arrivals.push(arrival);
    arrivals.splice(0, arrivals.length - KEPT);
    writeJson(path, { next: sequence, arrivals });
    for (const watcher of watchers) watcher(arrival);
    return status;
  }

  /** Server-Sent Events: what is kept and newer than `after`, then each as it comes. */
  function stream(response, after) {
    const send = (arrival) => response.write(`id: ${arrival.sequence}\ndata: ${JSON.stringify(arrival)}\n\n`);
    const beat = setInterval(() => response.write(": still here\n\n"), 15_000);
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write("retry: 1000\n\n");
    arrivals.filter((arrival) => arrival.sequence > after).forEach(send);
    watchers.add(send);
    response.on("close", () => {
      watchers.delete(send);
      clearInterval(beat);
    });
  }

  return {
    receive,
    stream,
    all: () => arrivals,
    isDown: () => down,
    setDown: (state) => {
      down = state;
    },
  };
}

/** Why the signature doesn't hold, or null when it does. */
function faultOf(secret, headers, raw) {
  if (!secret) return "The secret of this destination isn't known yet.";
  try {
    new Webhook(secret).verify(raw, headers, { jsonParse: false });
    return null;
  } catch (error) {
    return error.message;
  }
}

function typeOf(raw) {
  try {
    return String(JSON.parse(raw).type);
  } catch {
    return "unreadable";
  }
}
