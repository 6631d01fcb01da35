//! HTML from template literals.
//! Invariant: every value put into html`…` is escaped, unless it was made by html`…` itself.
//! Called by every page.
class Markup {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function print(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(print).join("");
  if (value === null || value === undefined || value === false) return "";
  return String(value).replace(/[&<>"']/g, (mark) => ESCAPES[mark]);
}

export function html(parts, ...values) {
  return new Markup(parts.reduce((text, part, at) => text + print(values[at - 1]) + part));
}

/** Money in words: {"amount": 2000, "currency": "USD"} is "$20.00", and JPY has no minor units. */
export function money({ amount, currency }) {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** A day as people write it: "21 December 2026". */
export function day(time) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(time));
}
