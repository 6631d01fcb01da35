//! Gives each snippet its copy button.
//! Invariant: without this script, or without a clipboard, the snippets can still be selected.
//! Called by the site's and the console's page.
for (const snippet of document.querySelectorAll(".snippet")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(snippet.querySelector("pre").textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    setTimeout(() => (button.textContent = "Copy"), 2500);
  });
  snippet.querySelector("div").append(button);
}
