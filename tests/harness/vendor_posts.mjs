// Signs as the vendors do: Stripe by its own library, Shopify as its documents show for Node. Reads a list of
// {vendor, payload, secret, at} on standard input and prints a list of headers; with "header" it prints whether the
// library accepts that one.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import Stripe from "stripe";

const stripe = new Stripe("sk_test_of_nobody");

function accepted({ payload, header, secret, at }) {
  try {
    stripe.webhooks.constructEvent(payload, header, secret, 300, undefined, at * 1000);
    return true;
  } catch {
    return false;
  }
}

function answer(asked) {
  if (asked.vendor === "shopify") {
    return createHmac("sha256", asked.secret).update(asked.payload, "utf8").digest("base64");
  }
  if (asked.header !== undefined) return accepted(asked);
  return stripe.webhooks.generateTestHeaderString({ payload: asked.payload, secret: asked.secret, timestamp: asked.at });
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
