//! Starts the app, and says what markup may be made of texts: none but what Leptos makes of views without anything
//! that changes, which are plain elements with plain attributes.
//!
//! Invariant: nothing that this lets through can run, load or style anything.
import start from "honeyguide-console";

const MARKUP = /^(?:[^<>]|<\/?[a-z][a-z0-9]*(?: (?!on|style|src|href|action|form)[a-zA-Z][a-zA-Z-]*(?:="[^"<>]*")?)*\/?>|<!>)*$/;
const REFUSED = /<\/?(?:script|style|iframe|object|embed|link|meta|base|form|template|animate|set|use|foreignobject)/i;

globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (text) => (MARKUP.test(text) && !REFUSED.test(text) ? text : null),
});

start({ module_or_path: WASM });
