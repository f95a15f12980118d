"use strict";

// A scanner is a keyboard that types fast and ends with Enter, with CR or LF (Ctrl+M, Ctrl+J)
// or with a literal \n. Whatever has the focus, what it types comes together in one field.
class Scanner {
  // In milliseconds: where CR and LF come as an Enter each, the second one ends nothing more.
  static TERMINATOR_WITHIN = 500;

  // `onCode` gets each code; `onKey` the first key of an empty field, and says if it was a
  // shortcut. No code begins with one of those.
  constructor(field, { onCode, onKey }) {
    this.field = field;
    this.onCode = onCode;
    this.onKey = onKey;
    document.addEventListener("keydown", (event) => this.typed(event), true);
    field.addEventListener("input", () => this.endAtLiteral());
    document.addEventListener("click", (event) => this.clicked(event));
    window.addEventListener("focus", () => this.focus());
    // A key may come before this does.
    if (onKey(field.value)) { field.value = ""; }
  }

  // Not while a dialog or another field is in use; what is typed then still arrives.
  focus() {
    if (!document.querySelector("dialog[open]") && !Scanner.isField(document.activeElement)) {
      this.field.focus();
    }
  }

  static isField(element) {
    return element.matches("input:not([type=radio], [type=checkbox]), textarea, select");
  }

  clicked(event) {
    const isOfUse = event.target.closest("a, button, input, select, summary, label, dialog");
    if (!isOfUse && window.getSelection().isCollapsed) { this.field.focus(); }
  }

  typed(event) {
    const { field } = this;
    const isHere = event.target === field;
    if (event.isComposing || (!isHere && Scanner.isField(event.target))) { return; }
    if (Scanner.isEnd(event)) {
      // Enter on a button presses it, unless a code has just come in.
      const isOfCode = field.value || event.timeStamp - this.endedAt < Scanner.TERMINATOR_WITHIN;
      if (event.key === "Enter" && !isHere && !isOfCode) { return; }
      this.endedAt = event.timeStamp;
      event.preventDefault();
      event.stopPropagation();
      this.end();
    } else if (event.key === "Escape") {
      field.value = "";
    } else if (Scanner.isCharacter(event)) {
      this.character(event, isHere);
    }
  }

  static isEnd(event) {
    if (event.key === "Enter") { return true; }
    return event.ctrlKey && !event.altKey && ["j", "m"].includes(event.key.toLowerCase());
  }

  static isCharacter(event) {
    const isCommand = (event.ctrlKey || event.altKey || event.metaKey)
      && !event.getModifierState("AltGraph");
    return event.key.length === 1 && !isCommand;
  }

  character(event, isHere) {
    const { field } = this;
    if (!field.value && this.onKey(event.key)) {
      event.preventDefault();
      return;
    }
    // The space bar presses the button that has the focus.
    if (isHere || (event.key === " " && !field.value)) { return; }
    event.preventDefault();
    field.value += event.key;
    this.endAtLiteral();
    this.focus();
  }

  endAtLiteral() {
    if (/\\[rn]$/.test(this.field.value)) { this.end(); }
  }

  end() {
    const text = this.field.value;
    // JSON may run over several lines.
    if (text.startsWith("{") && !text.includes("}")) { return; }
    this.field.value = "";
    const code = Scanner.code(text);
    if (code) { this.onCode(code); }
  }

  // The code without its terminators; nothing for the further lines of an old code, whose
  // first line has said all, and whose others hold an email.
  static code(text) {
    const code = text.replace(/(\\[rn])+$/, "").trim();
    return /^(EMAIL|SERVICE):/i.test(code) ? "" : code;
  }

  // Whether a text is a code, and not the name of a place or a person. Of letters alone, a
  // number is one in capitals: Bernadette is none.
  static isCode(text) {
    const code = text.trim();
    if (/:\/\/|^ORDER:|^\{|\\[rn]$/i.test(code)) { return true; }
    const isCapital = code === code.toUpperCase();
    return /^[A-HJKMNP-Z][A-HJKMNP-Z2-9]{9}$/i.test(code) && (isCapital || /\d/.test(code));
  }
}
