// What Next does for you, in the browser: the page that the server drew comes to life.
import { hydrateRoot } from "react-dom/client";
import Page from "./page.jsx";

const given = JSON.parse(document.querySelector("#given").textContent);
hydrateRoot(document.querySelector("#page"), <Page {...given} />, {
  onRecoverableError: (error) => console.error(`hydration: ${error.message}`),
});
