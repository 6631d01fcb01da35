//! The shop's customers and who is signed in.
//! Invariant: one customer an e-mail address, whose id never changes; it is the `sub` of the
//! identity token and the `customer.external_id` of a conversion, so both name the same person.
//! Called by the /refer and /checkout pages.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readJson, writeJson } from "./store.mjs";

export function openCustomers(dataDir) {
  const path = join(dataDir, "customers.json");
  const customers = readJson(path, []);

  return {
    /** The customer with this address, made now if the shop has none. */
    admit({ email, name }) {
      const known = customers.find((customer) => customer.email === email);
      if (known) return known;
      const customer = {
        id: `u-${randomBytes(6).toString("hex")}`,
        email,
        name,
        session: randomBytes(24).toString("base64url"),
        created_at: new Date().toISOString(),
      };
      customers.push(customer);
      writeJson(path, customers);
      return customer;
    },
    signedIn(session) {
      return session ? customers.find((customer) => customer.session === session) : undefined;
    },
  };
}

/** What a form says of a person, with a sentence for each field that won't do. */
export function readPerson(form) {
  const name = (form.get("name") ?? "").trim();
  const email = (form.get("email") ?? "").trim().toLowerCase();
  const faults = {};
  if (!name || name.length > 100) faults.name = "Enter a name of up to 100 characters.";
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || email.length > 254) {
    faults.email = "Enter an e-mail address, like friend@example.com.";
  }
  return { name, email, faults };
}
