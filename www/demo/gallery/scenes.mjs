//! The gallery's scenes: who the visitor is, what the edge answers then, and which elements stand on the page.
//! Invariant: the answers have the shapes of the public API (/r/-/v1/…), and nothing else makes a scene what it is.
//! Called by the gallery.
import { html } from "../html.mjs";
import { WORDS } from "./words.mjs";

const CODE = "ada7k";
const DAY = 24 * 60 * 60 * 1000;
const day = (offset) => new Date(Date.UTC(2026, 10, 20, 12) + offset * DAY).toISOString();
const money = (amount, currency = "USD") => ({ amount, currency });

const visit = (language, more = {}) => ({
  program: { id: "acme", name: "Acme", kind: "referral", site: "http://shop.localhost/", locale: "en" },
  offer: WORDS[language].offer, words: {},
  referred: false, code: null, coupon: null, referrer_name: null,
  consent: "not_required", consent_state: "unknown", join_by_email: true,
  leaderboard: false, testimonials: [], disclosure: WORDS[language].offer.disclosure,
  ...more,
});

const friend = (language, more = {}) => visit(language, { referred: true, code: CODE, referrer_name: "Ada", ...more });

const link = (host) => `http://${host}/r/${CODE}`;
const participant = (host) => ({
  id: "prt_01", code: CODE, link: link(host), share_page: `http://${host}/r/-/share`, name: "Ada", state: "active",
});

const me = (host, more = {}) => ({
  participant: participant(host),
  clicks: { raw: 41, person: 33, unique: 28, human: 26, engaged: 17, qualified: 4 },
  conversions: 4, rewards: [], next_tier: null, show_name: true, ...more,
});

const reward = (number, kind, state, more) =>
  ({ id: `rwd_0${number}`, kind, value: null, item: null, state, created_at: day(-number), due_at: null, ...more });

const REWARDS = [
  reward(1, "credit", "pending", { value: money(2000), due_at: day(29), available_at: day(29) }),
  reward(2, "credit", "approved", { value: money(2000), available_at: day(-1) }),
  reward(3, "money", "fulfilled", { value: money(1250, "EUR") }),
  reward(4, "credit", "held", { value: money(2000), reason: "held_for_review" }),
  reward(5, "credit", "rejected", { value: money(2000), reason: "self_referral" }),
  reward(6, "credit", "reversed", { value: money(3000, "JPY"), reason: "refunded" }),
  reward(7, "gift", "fulfilled", { item: "Linen tea cloth" }),
];

const LEADERS = ["Ada L.", "Grace H.", null, "أمل ن.", "Katherine J."].map((name, at) =>
  ({ rank: at + 1, name, conversions: 21 - 4 * at }));

const NEVER = Symbol("no answer");
const refused = (status, code, message) => ({ status, body: { error: { code, message } } });

/** `name`, what it is called; `elements`, what stands there; `answers`, by language and host. */
const scene = (name, title, elements, answers) => ({ name, title, elements, answers });

export const SCENES = [
  scene("stranger", "Nobody is signed in, and a link comes by e-mail", ["share", "offer", "join"],
    (language) => ({ offer: visit(language), join: { status: 202, body: { message: "Look in your mailbox." } } })),
  scene("sign-in", "Nobody is signed in, and the shop wants them to be", ["share", "join"],
    (language) => ({ offer: visit(language, { join_by_email: false }) })),
  scene("asking", "The link is being asked for", ["share", "standing"],
    (language) => ({ offer: visit(language), join: NEVER, me: NEVER })),
  scene("member", "A referrer with their link", ["share", "qr", "offer"],
    (language, host) => ({ offer: visit(language), join: participant(host), me: me(host) })),
  scene("standing", "Rewards in every state, and the next tier by conversions", ["standing"],
    (language, host) => ({
      offer: visit(language), join: participant(host),
      me: me(host, {
        rewards: REWARDS,
        next_tier: { rule: "five", at: 5, reached: 4, missing: 1, unit: "conversions", earns: { kind: "credit", value: money(5000) } },
      }),
    })),
  scene("tier", "The next tier by value", ["standing"],
    (language, host) => ({
      offer: visit(language), join: participant(host),
      me: me(host, {
        conversions: 1, rewards: REWARDS.slice(0, 1),
        next_tier: { rule: "big", at: 100000, reached: 62550, missing: 37450, unit: { currency: "USD" }, earns: { kind: "gift", item: "Kettle" } },
      }),
    })),
  scene("beginner", "A referrer with nothing yet", ["standing"],
    (language, host) => ({
      offer: visit(language), join: participant(host),
      me: me(host, { clicks: { raw: 0, person: 0, unique: 0, human: 0, engaged: 0, qualified: 0 }, conversions: 0, show_name: false }),
    })),
  scene("refused", "There is no link for this person", ["share", "qr", "standing"],
    (language) => ({
      offer: visit(language),
      join: refused(403, "participant_paused", "This participant is paused."),
      me: refused(404, "not_joined", "Join first: POST v1/join."),
    })),
  scene("people", "Who else takes part", ["leaderboard", "testimonials"],
    (language) => ({
      offer: visit(language, {
        leaderboard: true,
        testimonials: WORDS[language].said.map((words, at) => ({ name: ["Grace", "Katherine"][at], words })),
      }),
      leaderboard: { data: LEADERS, period: "all" },
    })),
  scene("nobody", "Nobody else takes part yet", ["leaderboard", "testimonials"],
    (language) => ({ offer: visit(language, { leaderboard: true }), leaderboard: { data: [], period: "all" } })),
  scene("friend", "A friend, and a referrer who shows their name", ["banner", "offer", "coupon"],
    (language) => ({ offer: friend(language, { coupon: { code: "WELCOME-7QK2", item: WORDS[language].item, terms: WORDS[language].item } }) })),
  scene("friend-of-nobody", "A friend, and a referrer who doesn't", ["banner", "coupon"],
    (language) => ({ offer: friend(language, { code: "x1", referrer_name: null, coupon: { code: "A1" } }) })),
  scene("consent", "A friend who may be counted only if they agree", ["consent", "offer"],
    (language) => ({ offer: friend(language, { code: "c1", referrer_name: "Grace", consent: "required" }), consent: { status: 204 } })),
  scene("launcher", "A button that opens the card", ["launcher"],
    (language, host) => ({ offer: visit(language), join: participant(host), me: me(host) })),
  scene("owner", "The owner's own words and colours", ["share", "offer"],
    (language, host) => ({
      offer: visit(language, { words: { "share.copy": "★ ★ ★" } }), join: participant(host), me: me(host),
    })),
  scene("long", "Long words", ["share", "offer", "coupon"],
    (language, host) => ({
      offer: friend(language, {
        code: "l1", referrer_name: "Wilhelmina Alexandrina", program: { id: "acme", name: "Acme ".repeat(12).trim(), kind: "referral", site: "http://shop.localhost/", locale: "en" },
        offer: { ...WORDS[language].offer, headline: `${WORDS[language].offer.headline}. `.repeat(4), terms: `${WORDS[language].offer.terms} `.repeat(4) },
        coupon: { code: "A-COUPON-OF-MANY-LETTERS-0123456789-ABCDEFGHIJ", item: WORDS[language].item },
      }),
      join: { ...participant(host), link: `http://${host}/r/${"a-very-long-code".repeat(4)}` }, me: me(host),
    })),
  scene("no-offer", "A program without an offer's words", ["share", "offer", "leaderboard", "coupon"],
    (language, host) => ({ offer: visit(language, { offer: null, disclosure: null }), join: participant(host), me: me(host) })),
  scene("unreachable", "The edge doesn't answer: the page's own words stand there", ["share", "offer", "standing", "join"],
    () => ({ offer: refused(500, "internal", "Something went wrong on our side.") })),
];

export const findScene = (name) => SCENES.find((one) => one.name === name);

const SIGNED_IN = new Set(["asking", "member", "standing", "tier", "beginner", "refused", "launcher", "owner", "long", "no-offer"]);

/** What a page would put inside: shown until the widget has drawn, and where it can't. */
const INSIDE = {
  share: html`<a href="/refer">Refer a friend</a>`,
  offer: html`<a href="/refer">Give $20, get $20</a>`,
  join: html`<a href="/refer">Sign in for your link</a>`,
  standing: html`<a href="/refer">Your rewards</a>`,
};

/** The scene's elements, in this language and theme. An element's name is part of the template: it isn't text. */
export function elementsOf({ name, elements }, { language, theme }) {
  const identity = SIGNED_IN.has(name) && html` identity="gallery"`;
  const dress = html` lang="${language}"${theme !== "auto" && html` theme="${theme}"`}${identity}`;
  const drawn = (element) => html([`<honeyguide-${element}`, ">", `</honeyguide-${element}>`], dress, INSIDE[element]);
  return elements.map((element) => html`<div>${drawn(element)}</div>
`);
}

/** → `{ status, body }`, or `NEVER`, for a path such as `v1/offer`. */
export function answerOf({ answers }, path, language, host) {
  const found = answers(language, host)[path.replace("v1/", "")];
  if (path === "v1/touch") return { status: 204 };
  if (found === undefined) return refused(404, "not_found", "There is nothing here in this scene.");
  if (found === NEVER || found.status >= 200) return found;
  return { status: 200, body: found };
}

export { NEVER };
