//! Makes an order of a checkout form and has it reported.
//! Invariants: prices are the catalogue's, never the form's; the order is stored before it is
//! reported; the same form sent twice is one order.
//! Called by shop.mjs.
import { seeOther, show } from "./answer.mjs";
import { PRODUCTS, findProduct } from "./catalogue.mjs";
import { readPerson } from "./customers.mjs";
import { isOrderId, newOrderId } from "./orders.mjs";
import { checkoutPage } from "./pages/till.mjs";
import { readForm } from "./request.mjs";

/** How long a buyer waits for the edge's decision before the order is shown without it. */
const PATIENCE = 3000;

export function createCheckout({ customers, orders, backend }) {
  return async function buy(request, response, common) {
    const form = await readForm(request);
    const { name, email, faults } = readPerson(form);
    const filled = { ...chosen(form), name, email, order: offered(form) };
    if (Object.keys(faults).length > 0) return show(response, checkoutPage({ ...common, filled, faults }), 422);

    const id = idFor(filled);
    if (!orders.read(id)) {
      const customer = customers.admit({ name, email });
      const product = findProduct(filled.product);
      orders.place({ id, customer, name, product, quantity: filled.quantity, touch: common.touch });
    }
    if (orders.read(id).state === "waiting") {
      const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
      await Promise.race([backend.report(id), patience]);
    }
    return seeOther(response, `/orders/${id}`);
  };

  /** The form's own order, unless that one exists with another content (back, changed, sent again). */
  function idFor({ order, email, product, quantity }) {
    const placed = orders.read(order);
    const same = placed?.email === email && placed.quantity === quantity && placed.product === findProduct(product).name;
    return !placed || same ? order : newOrderId();
  }
}

function offered(form) {
  const id = form.get("order");
  return isOrderId(id) ? id : newOrderId();
}

/** What a form or an address names; the first of the shelf, and one of it, where it names nothing sold. */
export function chosen(values) {
  const product = findProduct(values.get("product")) ?? PRODUCTS[0];
  const wanted = Number(values.get("quantity"));
  return { product: product.id, quantity: Number.isInteger(wanted) && wanted >= 1 && wanted <= 10 ? wanted : 1 };
}
