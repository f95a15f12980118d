"use strict";

// Every list's cell knows the name of its column: on a phone, rows stand as cards.
for (const table of document.querySelectorAll("#result_list")) {
  const names = [...table.querySelectorAll("thead th")].map((th) => th.innerText.trim());
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, n) => { cell.dataset.label = names[n] || ""; });
  }
}

// A menu closes when something else is clicked, and by Escape.
const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) { menu.open = false; }
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") { return; }
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A button copies the text of what it names. Without a clipboard the text is selected.
for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = button.dataset.copied;
    } catch {
      window.getSelection().selectAllChildren(source);
    }
  });
}

// A button prints the page.
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// What is shown once goes when its page is left: some browsers keep pages for the way back.
window.addEventListener("pagehide", () => {
  for (const shown of document.querySelectorAll("[data-once]")) { shown.remove(); }
});

// A field that searches as one types has the name of what it stands for. Django's script
// makes it when jQuery is ready, and was there first.
window.django?.jQuery?.(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const [label] = select.labels;
    const box = select.parentElement.querySelector(".select2-selection");
    if (!label || !box) { continue; }
    const chosen = box.querySelector(".select2-selection__rendered");
    label.id = `${select.id}_label`;
    box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
    chosen.setAttribute("aria-labelledby", label.id);
  }
});
