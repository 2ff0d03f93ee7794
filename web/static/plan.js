// Cards of the plan: dragged, or moved by keys. Whatever a move costs is said before it is made.
// The page of each card does all of this without scripts; this only fetches it.
"use strict";

(() => {
  const board = document.querySelector("[data-board]");
  const dialog = document.getElementById("places");
  if (!board || !dialog) return;
  const stages = [...board.querySelectorAll("[data-release]")];
  const saying = document.getElementById("saying");
  const fetched = new Map(); // address of a card to the promise of its places
  let dragged = null;
  let returnTo = null;

  const linkOf = (card) => card.querySelector("a[href]");
  const say = (text) => { saying.textContent = text; };

  // The table of a card's places, as its own page has it.
  function placesOf(address) {
    if (!fetched.has(address)) {
      const asked = fetch(address, { credentials: "same-origin" }).then(async (answer) => {
        if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        return page.querySelector("#moves table");
      });
      asked.catch(() => fetched.delete(address));
      fetched.set(address, asked);
    }
    return fetched.get(address);
  }

  const rowFor = (table, release) => [...table.querySelectorAll("tr[data-preferred]")]
    .find((row) => row.dataset.release === release);

  // Told on every release while a card is dragged.
  function tell(table) {
    for (const stage of stages) {
      const row = rowFor(table, stage.dataset.release);
      const told = stage.querySelector(".told");
      told.textContent = row ? row.dataset.told : "";
      told.classList.toggle("bad", Boolean(row) && "breaks" in row.dataset);
      stage.classList.toggle("cannot", !row || "impossible" in row.dataset);
      stage.classList.toggle("can", Boolean(row && row.querySelector("form")));
    }
  }

  function untell() {
    for (const stage of stages) {
      stage.classList.remove("can", "cannot", "over");
      stage.querySelector(".told").textContent = "";
    }
  }

  async function open(card, release) {
    const link = linkOf(card);
    let table;
    try {
      table = document.importNode(await placesOf(link.href), true);
    } catch {
      location.href = link.href; // the page itself says what is wrong
      return;
    }
    returnTo = link;
    dialog.querySelector("h2").textContent = link.textContent;
    dialog.querySelector("div").replaceChildren(table);
    dialog.showModal();
    const row = release === undefined ? null : rowFor(table, release);
    const button = (row || table).querySelector("button") || dialog.querySelector("[data-close]");
    if (row) row.classList.add("now");
    button.focus();
  }

  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => returnTo && returnTo.focus());
  // In the dialog a number leads to that place; Enter moves there.
  dialog.addEventListener("keydown", (event) => {
    const buttons = dialog.querySelectorAll("td button");
    const button = /^[1-9]$/.test(event.key) && buttons[Number(event.key) - 1];
    if (button) {
      event.preventDefault();
      button.focus();
    }
  });

  board.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(".ticket[draggable]");
    if (card) placesOf(linkOf(card).href).catch(() => {});
  });

  board.addEventListener("dragstart", (event) => {
    const card = event.target.closest(".ticket[draggable]");
    if (!card) return;
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", linkOf(card).textContent);
    requestAnimationFrame(() => card.classList.add("dragged"));
    placesOf(linkOf(card).href).then((table) => dragged === card && tell(table), () => {});
  });

  board.addEventListener("dragend", () => {
    if (dragged) dragged.classList.remove("dragged");
    dragged = null;
    untell();
  });

  for (const stage of stages) {
    stage.addEventListener("dragover", (event) => {
      if (!dragged || stage.classList.contains("cannot") || stage.contains(dragged)) return;
      event.preventDefault();
      if (!stage.classList.contains("over")) {
        stage.classList.add("over");
        const told = stage.querySelector(".told").textContent;
        if (told) say(`${stage.dataset.release}: ${told}`);
      }
    });
    stage.addEventListener("dragleave", (event) => {
      if (!stage.contains(event.relatedTarget)) stage.classList.remove("over");
    });
    stage.addEventListener("drop", async (event) => {
      event.preventDefault();
      const card = dragged;
      const release = stage.dataset.release;
      if (!card) return;
      const told = stage.querySelector(".told").textContent;
      const table = told ? await placesOf(linkOf(card).href) : null;
      const row = table && rowFor(table, release);
      // Only what was told, and breaks nothing, is done at once; all else is asked for.
      if (!row || "breaks" in row.dataset || !row.querySelector("form")) {
        open(card, release);
        return;
      }
      const form = document.importNode(row.querySelector("form"), true);
      form.hidden = true;
      document.body.append(form);
      form.submit();
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "m" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!document.getElementById("keys-on").checked || document.querySelector("dialog[open]")) return;
    const card = document.activeElement && document.activeElement.closest(".ticket[draggable]");
    if (!card) return;
    event.preventDefault();
    open(card);
  });
})();
