//! The demo shop: a third party's site that runs Honeyguide. Start it with
//! PORT, EDGE, PROGRAM, SECRET_KEY, PUBLISHABLE_KEY, IDENTITY_SECRET and DATA_DIR in the environment.
//! Invariant: what it can't do without is said in one sentence, and the exit code is 1.
//! Called by `cargo dev` and by the journeys; prints on standard error only.
import { createServer } from "node:http";
import { createBackend } from "./backend.mjs";
import { openCustomers } from "./customers.mjs";
import { Refused, askAgain, ensureDestination } from "./destination.mjs";
import { createCaller } from "./edge.mjs";
import { createGallery, isGalleryPath } from "./gallery.mjs";
import { createGuides, isGuidePath } from "./guides.mjs";
import { openInbox } from "./inbox.mjs";
import { openOrders } from "./orders.mjs";
import { bringHome, createProxy, isFriendPath } from "./proxy.mjs";
import { createShop } from "./shop.mjs";
import { ensureFolder } from "./store.mjs";

const say = (sentence) => process.stderr.write(`shop: ${sentence}\n`);

function need(name) {
  const value = process.env[name];
  if (!value) stop(`${name} isn't set; the shop needs it.`);
  return value;
}

function stop(sentence) {
  say(sentence);
  process.exit(1);
}

const settings = {
  port: Number(need("PORT")),
  edge: need("EDGE"),
  program: need("PROGRAM"),
  secretKey: need("SECRET_KEY"),
  publishableKey: need("PUBLISHABLE_KEY"),
  identitySecret: need("IDENTITY_SECRET"),
  dataDir: need("DATA_DIR"),
};

function open() {
  try {
    ensureFolder(settings.dataDir);
    const state = { ready: false, destination: null, problem: null };
    const inbox = openInbox({ dataDir: settings.dataDir, secret: () => state.destination?.secret });
    return { state, inbox, customers: openCustomers(settings.dataDir), orders: openOrders(settings.dataDir) };
  } catch (error) {
    return stop(`The data directory ${settings.dataDir} can't be used: ${error.message}`);
  }
}

const { state, inbox, customers, orders } = open();
const call = createCaller(settings);
const backend = createBackend({ orders, call });
const pass = createProxy(settings);
const connection = () => ({
  ready: state.ready,
  program: settings.program,
  destination: state.destination && { id: state.destination.id, url: state.destination.url },
  problem: state.problem,
});
const replay = async () => state.destination && askAgain({ call, destination: state.destination });
const gallery = createGallery(settings);
const guides = createGuides(settings);
const serve = createShop({ settings, customers, orders, backend, inbox, connection, replay });

const server = createServer((request, response) => {
  if (isFriendPath(request.url)) pass(request, response);
  else if (isGalleryPath(request.url)) gallery(request, response);
  else if (isGuidePath(request.url)) guides(request, response);
  else serve(request, response);
});
server.on("clientError", bringHome);
server.on("error", (error) => stop(`Port ${settings.port} can't be used: ${error.message}`));
server.listen(settings.port, "127.0.0.1", () => {
  const { port } = server.address();
  say(`http://shop.localhost:${port} (program ${settings.program}, edge ${settings.edge})`);
  connect(`http://127.0.0.1:${port}/webhooks`);
});

/** Asks for our webhooks until they are ours; the shop is ready at the edge's first word, yes or no. */
async function connect(url) {
  for (let wait = 200; !state.destination; wait = Math.min(wait * 2, 5000)) {
    try {
      state.destination = await ensureDestination({ call, dataDir: settings.dataDir, url });
      state.problem = null;
      say(`webhooks come from destination ${state.destination.id}`);
      ready();
    } catch (error) {
      if (error instanceof Refused) ready();
      const problem = error.cause?.code ?? error.message;
      if (problem !== state.problem) say(`no webhooks yet: ${problem}`);
      state.problem = problem;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Orders of an earlier run that the edge hasn't heard of are reported now. */
function ready() {
  if (!state.ready) backend.resume();
  state.ready = true;
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
