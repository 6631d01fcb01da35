// The two crossings of the redirect: one that reads all it needs of a request, one that builds the answer. Each call
// over the module's border costs, and so does each string; so all facts travel as one text.

const NAMES = [
  "user-agent", "sec-fetch-mode", "sec-fetch-dest", "sec-purpose", "purpose", "x-moz", "sec-gpc", "cookie",
  "x-forwarded-proto",
];

/** Method, address, the headers above and the client's address; joined by line feeds. */
export function requestFacts(request, addressHeader) {
  const headers = request.headers;
  let facts = request.method + "\n" + request.url;
  for (const name of NAMES) facts += "\n" + (headers.get(name) ?? "");
  return facts + "\n" + ((addressHeader && headers.get(addressHeader)) || "");
}

const DONE = 0;

/** What another request tells, by a word. Unless nothing is left to do, who waited goes on in a turn of its own. */
export function ownTurn(told) {
  return told.then((word) => (word === DONE ? word : new Promise((resolve) => setTimeout(resolve, 0, word))));
}

/** A redirect that no cache keeps and no index lists. An empty cookie sets none. */
export function redirectAnswer(location, cookie) {
  const headers = { location, "cache-control": "no-store", "x-robots-tag": "noindex" };
  if (cookie) headers["set-cookie"] = cookie;
  return new Response(null, { status: 302, headers });
}

/** A text or a page that no cache keeps and no index lists. */
export function pageAnswer(status, kind, body) {
  const headers = { "content-type": kind, "cache-control": "no-store", "x-robots-tag": "noindex" };
  return new Response(body, { status, headers });
}
