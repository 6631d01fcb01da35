// The edge's browser API, on the page's own origin, under the folder that the script came from.
// A question never throws: what came back is `{ ok, status, body }`, with status 0 for nothing at all,
// and without `ok` where the answer can't be read.

import { base, key } from './page.js';

export const ask = async (path, options) => {
  let status = 0;
  try {
    const response = await fetch(base + 'v1/' + path, options);
    status = response.status;
    // An answer that is cut off, as when the page is left, is none.
    return { ok: response.ok, status, body: status === 204 ? null : await response.json() };
  } catch (error) {
    return { status, body: { error } };
  }
};

export const read = (path, more, headers) =>
  ask(path + '?k=' + key + more, { headers });

// A touch goes as `text/plain`, as a beacon would; with `headers` it is what they say.
export const write = (path, body, headers) =>
  ask(path, { method: 'POST', keepalive: true, headers, body: JSON.stringify({ k: key, ...body }) });

export const touch = (event) => write('touch', { event });

// The body of an answer that gave what was asked for; an error for the site's owner otherwise.
export const granted = async (path, asked) => {
  const { ok, status, body } = await asked;
  if (ok) return body;
  throw Error(path + ': ' + status + ' ' + body?.error?.message);
};
