//! The shop's own addresses: which page or action a request gets. The match is the contents.
//! Invariant: a request that can't be served gets a page that says why, and never ends the server.
//! Called by server.mjs for every request that the proxy doesn't take.
import { say, seeOther, sendAsset, sendJson, show } from "./answer.mjs";
import { findProduct } from "./catalogue.mjs";
import { chosen, createCheckout } from "./checkout.mjs";
import { readPerson } from "./customers.mjs";
import { signIdentity } from "./identity.mjs";
import { TooLarge, cookiesOf, isForeign, lastSeen, readBody, readForm } from "./request.mjs";
import { inboxPage } from "./pages/inbox.mjs";
import { orderPage } from "./pages/order.mjs";
import { referPage } from "./pages/refer.mjs";
import { frontPage, productPage } from "./pages/shelf.mjs";
import { checkoutPage, ordersPage } from "./pages/till.mjs";

const WEBHOOK_LIMIT = 1 << 20;
const SESSION = "Path=/; HttpOnly; SameSite=Lax; Max-Age=";

export function createShop({ settings, customers, orders, backend, inbox, connection, replay }) {
  const buy = createCheckout({ customers, orders, backend });

  return async function serve(request, response) {
    try {
      if (isForeign(request)) return say(response, 403, "Another site sent this form");
      return await route(request, response);
    } catch (error) {
      if (error instanceof TooLarge) return say(response, 413, "That is too long");
      console.error(`shop: ${request.method} ${request.url}:`, error);
      return response.headersSent ? response.destroy() : say(response, 500, "The shop made a mistake");
    }
  };

  async function route(request, response) {
    const address = `http://shop${request.url}`;
    if (!URL.canParse(address)) return say(response, 400, "That address can't be read");
    const { pathname, searchParams } = new URL(address);
    const [room = "", item, ...rest] = pathname.slice(1).split("/");
    const cookies = cookiesOf(request);
    const visitor = customers.signedIn(cookies.get("shop_session"));
    const touch = cookies.get("__Secure-hg") ?? cookies.get("hg");
    const common = { publishableKey: settings.publishableKey, visitor, touch };
    const method = request.method === "HEAD" ? "GET" : request.method;

    switch (rest.length === 0 && `${method} /${room}${item === undefined ? "" : "/…"}`) {
      case "GET /": return show(response, frontPage(common));
      case "GET /products/…": return showProduct(response, item, common);
      case "GET /checkout": return show(response, checkoutPage({ ...common, filled: chosen(searchParams) }));
      case "POST /checkout": return buy(request, response, common);
      case "GET /orders": return show(response, ordersPage({ orders: orders.latestFirst().slice(0, 50), visitor }));
      case "GET /orders/…": return showOrder(response, item, visitor);
      case "GET /refer": return show(response, referPage({ ...common, identity: visitor && identify(visitor) }));
      case "POST /refer/…": return item === "sign-in" ? signIn(request, response, common) : signOut(response);
      case "GET /inbox": return show(response, inboxPage({ down: inbox.isDown(), ...connection(), visitor }));
      case "GET /inbox/…": return item === "stream" ? inbox.stream(response, lastSeen(request)) : lost(response);
      case "POST /inbox/…": return item === "again" ? again(response) : flip(request, response);
      case "GET /inbox.json": return sendJson(response, 200, inbox.all());
      case "POST /webhooks": return take(request, response);
      case "GET /assets/…": return sendAsset(response, item);
      case "GET /healthz": return sendJson(response, connection().ready ? 200 : 503, connection());
      default: return lost(response);
    }
  }

  function showProduct(response, id, common) {
    const product = findProduct(id);
    return product ? show(response, productPage({ ...common, product })) : lost(response);
  }

  function showOrder(response, name, visitor) {
    const order = orders.read(name.replace(/\.json$/, ""));
    if (!order) return lost(response);
    return name.endsWith(".json") ? sendJson(response, 200, order) : show(response, orderPage({ order, visitor }));
  }

  function identify({ id: sub, email, name }) {
    return signIdentity({ sub, email, name }, settings.identitySecret, Math.floor(Date.now() / 1000));
  }

  async function signIn(request, response, common) {
    const { faults, ...filled } = readPerson(await readForm(request));
    if (Object.keys(faults).length > 0) return show(response, referPage({ ...common, filled, faults }), 422);
    return seeOther(response, "/refer", `shop_session=${customers.admit(filled).session}; ${SESSION}86400`);
  }

  function signOut(response) {
    return seeOther(response, "/refer", `shop_session=; ${SESSION}0`);
  }

  async function flip(request, response) {
    inbox.setDown((await readForm(request)).get("state") === "down");
    return seeOther(response, "/inbox");
  }

  async function again(response) {
    await replay().catch((error) => console.error("shop: no replay:", error.message));
    return seeOther(response, "/inbox");
  }

  async function take(request, response) {
    const raw = await readBody(request, WEBHOOK_LIMIT);
    return response.writeHead(inbox.receive(request.headers, raw)).end();
  }

  function lost(response) {
    return say(response, 404, "There is no such page");
  }
}
