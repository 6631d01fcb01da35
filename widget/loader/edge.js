// The edge's browser API, on the page's own origin, under the folder that the script came from.
// A question never throws: what came back is `{ status, body }`, with status 0 for nothing at all.

import { base, key } from './page.js';

const ask = async (path, options) => {
  try {
    const response = await fetch(base + 'v1/' + path, options);
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch (error) {
    return { status: 0, body: { error } };
  }
};

// With an identity it is asked in that person's name.
const named = (identity) => identity && { authorization: 'Bearer ' + identity };

export const read = (path, more = '', identity) =>
  ask(path + '?k=' + encodeURIComponent(key) + more, { headers: { ...named(identity) } });

// `typed` bodies are JSON by name; a touch goes as `text/plain`, as a beacon would.
export const write = (path, body, typed, identity) =>
  ask(path, {
    method: 'POST',
    keepalive: true,
    headers: {
      ...(typed && { 'content-type': 'application/json' }),
      ...named(identity),
    },
    body: JSON.stringify({ k: key, ...body }),
  });

export const touch = (event, more) => write('touch', { event, ...more });

// The body of an answer that gave what was asked for; an error for the site's owner otherwise.
export const granted = async (path, asked) => {
  const { status, body } = await asked;
  if (status > 199 && status < 300) return body;
  throw Error(path + ' answered ' + status + ': ' + (body?.error?.message || 'no reason given'));
};
