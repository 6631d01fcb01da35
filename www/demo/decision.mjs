//! The edge's decision in words.
//! Invariant: says only what the answer says; the reason's sentence is the edge's own.
//! Called by the order page.
import { day, money } from "./html.mjs";

/** { headline, why, who } of a recorded order; `who` is empty when nobody is credited. */
export function explain({ answer: { decision }, names = {} }) {
  const { outcome, reason, credits = [], explanation } = decision;
  const who = credits.map(({ participant, code }) => names[participant] ?? code).join(" and ");
  return { headline: headline(outcome, who), why: explanation?.owner ?? `The reason is "${reason}".`, who };
}

function headline(outcome, who) {
  if (outcome === "credited") return `${who} gets the credit.`;
  if (outcome === "held") return "The credit is held for review.";
  if (outcome === "refused") return "The referral is refused.";
  return "Nobody gets credit.";
}

/** "$20.00 of credit, pending until 21 December 2026" */
export function describe({ kind, value, item, coupon, state, due_at: due }) {
  const worth = value ? `${money(value)} of ${kind}` : (item ?? kind.replaceAll("_", " "));
  const what = coupon ? `${worth} (${coupon})` : worth;
  return due && state === "pending" ? `${what}, pending until ${day(due)}` : `${what}, ${state}`;
}
