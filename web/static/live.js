// Shows how far a job is without a reload. Every page works without it; it only replaces a part.
"use strict";

(() => {
  const EVERY_MS = 2000;
  const section = () => document.querySelector("[data-live]");

  async function look() {
    const old = section();
    if (!old || !old.matches("[data-open]")) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.querySelector("[data-live]");
      if (!fresh) return; // signed out: a reload leads to the login
      if (old.innerHTML !== fresh.innerHTML && !old.contains(document.activeElement)) {
        old.replaceWith(document.adoptNode(fresh));
      }
      // What depends on its end stands outside of the section.
      if (!fresh.matches("[data-open]") && section() === fresh) location.reload();
    } catch {
      // away for a moment: the next look may do
    }
    setTimeout(look, EVERY_MS);
  }

  setTimeout(look, EVERY_MS);
})();
