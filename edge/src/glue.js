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

/** These headers of a request, joined by line feeds. One that is there and empty is a blank, which no other is. */
export function headersOf({ headers }, names) {
  const line = (name) => {
    const value = headers.get(name);
    return value === "" ? " " : (value ?? "");
  };
  return names.map(line).join("\n");
}

/** An answer of JSON that no cache keeps. `again`: it was given before, to the same idempotency key. */
export function jsonAnswer(status, body, again) {
  const headers = {
    "content-type": "application/json; charset=utf-8", "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
  };
  if (again) headers["idempotent-replayed"] = "true";
  return new Response(body, { status, headers });
}

// The queries that the module knows by number.
const queries = [];

/** Runs statements of an object's database, in their order. `text`: JSON of one array a statement, of the query's number,
 * the query itself where the number is new, and what it binds; a number below zero is one whose query binds a line of
 * `lines`, by its place. Answers the rows that were read and that were written, and the rows of the last as JSON, where
 * they are wanted. */
export function runStatements(sql, text, lines, rowsWanted) {
  const statements = JSON.parse(text);
  const rows = lines && lines.split("\n");
  // Before any of them can fail: the module tells each only once.
  for (const [number, query] of statements) if (query) queries[Math.abs(number)] = query;
  let [read, written, cursor] = [0, 0, undefined];
  for (const [number, query, ...values] of statements) {
    if (cursor) [read, written] = [read + cursor.rowsRead, written + cursor.rowsWritten];
    cursor = number < 0
      ? sql.exec(query || queries[-number], rows[values[0]])
      : sql.exec(query || queries[number], ...values);
  }
  const answer = rowsWanted ? JSON.stringify(cursor.toArray()) : "";
  return `${read + cursor.rowsRead} ${written + cursor.rowsWritten} ${answer}`;
}
