// The two crossings of the redirect: one that reads all it needs of a request, one that builds the answer. Each call
// over the module's border costs, and so does each string; so all facts travel as one text, and where a link may be
// known that text is written straight into the module's memory.

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

/** Writes the same text into a page of the module's memory, behind its first byte, which is `stamp`. Answers where the
 * text ends; -1, if it doesn't fit or isn't plain ASCII. */
export function writeFacts(request, addressHeader, page, stamp) {
  const headers = request.headers;
  page[0] = stamp;
  let at = write(page, 1, request.method);
  page[at++] = LINE_FEED;
  at = write(page, at, request.url);
  for (const name of NAMES) {
    page[at++] = LINE_FEED;
    const value = headers.get(name);
    if (value !== null) at = write(page, at, value);
  }
  page[at++] = LINE_FEED;
  const address = addressHeader && headers.get(addressHeader);
  if (address) at = write(page, at, address);
  return at <= page.length ? at : -1;
}

const LINE_FEED = 10;

function write(page, at, text) {
  const length = text.length;
  for (let index = 0; index < length; index++) {
    const byte = text.charCodeAt(index);
    if (byte > 127) return NOT_PLAIN;
    page[at++] = byte;
  }
  return at;
}

// Past the end of every page, whatever is written behind it.
const NOT_PLAIN = 1e9;

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
