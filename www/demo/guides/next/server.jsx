// What Next does for you, on the server.
import { renderToString } from "react-dom/server";
import Layout from "./layout.jsx";
import Page from "./page.jsx";

/** → the whole page, and what the browser needs to know to take it over. */
export function render(given) {
  const drawn = renderToString(<Layout><div id="page"><Page {...given} /></div></Layout>);
  const data = JSON.stringify(given).replaceAll("<", "\\u003c");
  const rest = `<script type="application/json" id="given">${data}</script><script type="module" src="/guides/next/app.js"></script>`;
  return `<!doctype html>${drawn.replace("</body>", `${rest}</body>`)}`;
}
