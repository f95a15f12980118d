"use strict";

// A field with a list of what is offered below it (the ARIA pattern "combobox with a listbox").
// `take` is called with what was chosen by a click; Enter is the page's, which asks for `active`.
class Choices {
  constructor(input, list, take) {
    this.input = input;
    this.list = list;
    this.take = take;
    this.rows = [];
    this.position = -1;
    input.addEventListener("keydown", (event) => this.move(event));
    input.addEventListener("blur", () => this.close());
    // Pressing the mouse would take the focus, and so close the list before the click.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      if (row) { this.take(this.rows[[...list.children].indexOf(row)].value); }
    });
  }

  get active() { return this.isOpen ? this.rows[this.position].value : null; }
  get isOpen() { return this.rows.length > 0; }

  // Rows are `{value, text, detail}`; the first is active, so that Enter takes it.
  show(rows) {
    this.rows = rows;
    this.list.replaceChildren(...rows.map((row, n) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${n}`;
      item.role = "option";
      item.append(row.text);
      if (row.detail) {
        const detail = document.createElement("span");
        detail.textContent = row.detail;
        item.append(" ", detail);
      }
      return item;
    }));
    this.list.hidden = !this.isOpen;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    this.mark(0);
  }

  close() { this.show([]); }

  mark(position) {
    this.position = position;
    [...this.list.children].forEach((item, n) => {
      item.setAttribute("aria-selected", String(n === position));
    });
    const item = this.list.children[position];
    if (item) {
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  move(event) {
    if (!this.isOpen) { return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.mark((this.position + step + this.rows.length) % this.rows.length);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }
}
