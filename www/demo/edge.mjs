//! One call of the owner's API (/v1) with the program's secret key.
//! Invariant: an answer of any status is returned; only a missing answer throws.
//! Called by backend and destination.

export function createCaller({ edge, secretKey, timeout = 10_000 }) {
  return async function call(method, path, body, headers = {}) {
    const answer = await fetch(new URL(path, edge), {
      method,
      headers: {
        authorization: `Bearer ${secretKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
    });
    const text = await answer.text();
    return { status: answer.status, body: parsed(text), retryAfter: Number(answer.headers.get("retry-after")) || 0 };
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The sentence of an API error, or what can be said without one. */
export function problemOf({ status, body }) {
  const { code, message } = body?.error ?? {};
  return code ? `${message} (${code})` : `The edge answered ${status}.`;
}
