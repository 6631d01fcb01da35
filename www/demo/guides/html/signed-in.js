// Says who is signed in. Calls that come before the widget are kept by this queue.
window.honeyguide = window.honeyguide || function () { (honeyguide.q = honeyguide.q || []).push(arguments); };

fetch("/guides/session.json")
  .then((answer) => answer.json())
  .then(({ identity }) => honeyguide("identify", identity));
