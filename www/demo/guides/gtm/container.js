// Plays the part of a container with one Custom HTML tag on All Pages: its scripts are made anew, with the page's nonce.
fetch("/guides/gtm/tag.html").then((answer) => answer.text()).then((tag) => {
  for (const { textContent } of new DOMParser().parseFromString(tag, "text/html").scripts) {
    const script = document.createElement("script");
    script.nonce = document.querySelector("script[nonce]").nonce;
    script.textContent = textContent;
    document.head.append(script);
  }
});
