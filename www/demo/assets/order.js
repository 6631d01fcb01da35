//! Follows an order that isn't decided yet, and shows its page anew when it is.
//! Invariant: asks while the order waits, and stops when the page changes.
//! Called by the /orders/{id} page.
const EVERY = 1500;

async function look() {
  try {
    const order = await (await fetch(`${location.pathname}.json`)).json();
    if (order.state !== "waiting") return location.reload();
  } catch {
    // The shop doesn't answer; the next look may find it.
  }
  return setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
