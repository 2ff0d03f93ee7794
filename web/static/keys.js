// The keyboard map. Every page works without it; it moves the focus, follows links, and presses
// the buttons that name a key of their own.
"use strict";

(() => {
  const STORED = "groundswell.keys";
  const dialog = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  let going = false; // g was pressed: the next key names a place

  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.getClientRects().length);
  const current = () => document.activeElement && document.activeElement.closest("[data-row]");

  // Single keys can be in the way of speech input and of extensions, so they can be switched off.
  try {
    on.checked = localStorage.getItem(STORED) !== "off";
  } catch {
    on.checked = true;
  }
  on.addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, on.checked ? "on" : "off");
    } catch {
      // without storage the choice holds for this page
    }
  });

  function move(step) {
    const all = rows();
    const at = all.indexOf(current());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
    const link = next && next.querySelector("th a[href], a[href]");
    if (link) {
      link.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  }

  function follow(selector) {
    const link = document.querySelector(selector);
    if (link) link.click();
  }

  function mark() {
    const box = current() && current().querySelector(".mark input");
    if (box) box.click();
  }

  function alike() {
    const link = current() && current().querySelector("a[data-like]");
    if (link) link.click();
  }

  // To the form of a decision: nothing is decided by one key.
  function turnTo(letter) {
    const button = document.querySelector(`[data-decide~="${letter}"]`);
    if (!button) return;
    const folded = button.closest("details");
    if (folded) folded.open = true;
    const within = button.closest("fieldset") || button.form;
    const kind = within.querySelector("select[name=kind]");
    if (kind) kind.value = { a: "accept", r: "reject", d: "defer" }[letter];
    const field = within.querySelector(letter === "d" ? "input[type=date]" : "input[name=reason]");
    (field || button).focus();
  }

  const KEYS = {
    a: () => turnTo("a"),
    r: () => turnTo("r"),
    d: () => turnTo("d"),
    j: () => move(1),
    k: () => move(-1),
    x: mark,
    c: () => follow("[data-compare]"),
    "]": () => follow("a[rel=next]"),
    "[": () => follow("a[rel=prev]"),
    u: () => follow("a[data-up]"),
    b: () => follow("a[data-other]"),
    l: alike,
    "/": () => document.getElementById("find").focus(),
    "?": () => dialog.showModal(),
    g: () => {
      going = true;
      setTimeout(() => { going = false; }, 1500);
    },
  };

  function typing(target) {
    return target.closest("select, textarea, dialog, [contenteditable]")
      || target.matches("input:not([type=checkbox])");
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target.matches("#find")) event.target.blur();
    const decide = event.key === "Enter" && event.target.closest("fieldset input")
      && event.target.closest("fieldset").querySelector("[data-decide]");
    if (decide) { // else the form's first button, which compares, would take it
      event.preventDefault();
      decide.click();
      return;
    }
    if (typing(event.target) || (!on.checked && event.key !== "?")) return;
    if (going) {
      going = false;
      const place = [...document.querySelectorAll("a[data-go]")].find((a) => a.dataset.go === event.key);
      if (place) {
        event.preventDefault();
        place.click();
        return;
      }
    }
    const answer = document.querySelector(`[data-press~="${CSS.escape(event.key)}"]`);
    if (answer) {
      event.preventDefault();
      if (!event.repeat) answer.click(); // a key that is held answers once
      return;
    }
    if (Object.hasOwn(KEYS, event.key)) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });

  document.documentElement.classList.add("keyed");
})();
