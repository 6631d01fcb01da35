//! The shop's orders, one file each.
//! Invariant: an order is on disk before anybody is told of it, together with the very report
//! that will be sent, so every retry says the same, also after a crash.
//! Called by the checkout page (place), backend (update, unsettled) and the order pages (read).
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureFolder, readJson, writeJson } from "./store.mjs";

const ID = /^order-[0-9a-f]{16}$/;

export const newOrderId = () => `order-${randomBytes(8).toString("hex")}`;
export const isOrderId = (id) => ID.test(id ?? "");

export function openOrders(dataDir) {
  const folder = join(dataDir, "orders");
  ensureFolder(folder);
  const file = (id) => join(folder, `${id}.json`);
  const orders = new Map(
    readdirSync(folder)
      .filter((name) => ID.test(name.replace(/\.json$/, "")))
      .map((name) => readJson(join(folder, name)))
      .sort((one, other) => (one.at < other.at ? -1 : 1))
      .map((order) => [order.id, order]),
  );

  const update = (id, change) => {
    const order = { ...orders.get(id), ...change };
    writeJson(file(id), order);
    orders.set(id, order);
    return order;
  };

  return {
    read: (id) => orders.get(id),
    latestFirst: () => [...orders.values()].reverse(),
    unsettled: () => [...orders.values()].filter((order) => order.state === "waiting"),
    update,
    /** `state`: waiting (not reported yet), recorded (`answer` is the edge's), refused (`problem` says why). */
    place({ id, customer, name, product, quantity, touch }) {
      const at = new Date().toISOString();
      const total = { amount: product.price.amount * quantity, currency: product.price.currency };
      const report = {
        event: "purchase",
        external_id: id,
        value: total,
        occurred_at: at,
        customer: { external_id: customer.id, email: customer.email, created_at: customer.created_at },
        ...(touch ? { attribution: { touch } } : {}),
      };
      return update(id, {
        id, at, name, email: customer.email, product: product.name, quantity, total,
        report, state: "waiting", attempts: 0,
      });
    },
  };
}
