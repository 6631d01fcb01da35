// Gives each frame the height of its scene. Called by the gallery's index alone.
for (const frame of document.querySelectorAll("iframe")) {
  const fit = () => {
    const inside = frame.contentDocument?.querySelector("main");
    if (!inside) return;
    new ResizeObserver(() => {
      frame.style.height = `${Math.ceil(inside.getBoundingClientRect().height) + 2}px`;
    }).observe(inside);
  };
  if (frame.contentDocument?.readyState === "complete") fit();
  frame.addEventListener("load", fit);
}
