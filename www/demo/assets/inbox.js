//! Draws webhooks as they come, newest first.
//! Invariant: nothing of a webhook becomes markup: all is set as text.
//! Called by the /inbox page.
const list = document.querySelector("#arrivals");
const template = document.querySelector("#arrival");
const empty = document.querySelector("#empty");

const source = new EventSource("/inbox/stream");
source.addEventListener("message", ({ data }) => {
  empty.hidden = true;
  list.prepend(draw(JSON.parse(data)));
});

function draw({ id, type, received_at: at, verified, fault, duplicate, attempt, answered, body }) {
  const item = template.content.firstElementChild.cloneNode(true);
  const put = (selector, text, mark) => {
    const place = item.querySelector(selector);
    place.textContent = text;
    if (mark) place.classList.add(mark);
    place.hidden = text === "";
  };
  put(".type", type);
  put(".signature", verified ? "Signature verified" : `Signature refused: ${fault}`, verified ? "good" : "bad");
  put(".answer", `Answered ${answered}`, answered === 204 ? "good" : "bad");
  put(".repeat", repeatOf(duplicate, attempt), duplicate ? "bad" : "plain");
  put("time", new Date(at).toLocaleTimeString());
  put(".id", id);
  put("pre", pretty(body));
  item.querySelector("time").dateTime = at;
  item.dataset.id = id;
  return item;
}

function repeatOf(duplicate, attempt) {
  if (duplicate) return "Duplicate: this id was taken before";
  return attempt > 1 ? `Try ${attempt} of the same event` : "";
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
