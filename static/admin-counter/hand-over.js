"use strict";

const ticket = document.getElementById("counter-ticket");
const field = document.getElementById("counter-code");
const receiver = document.querySelector("#hand-over [name=receiver]");
const boxes = [...document.querySelectorAll("#hand-over [name=orders]:not(:disabled)")];
const help = document.getElementById("counter-help");

function lookUp(code) {
  field.value = code;
  ticket.submit();
}

function toggleHelp() {
  if (help.open) { help.close(); } else { help.showModal(); }
}

const KEYS = {
  "*": () => {
    const areAll = boxes.every((box) => box.checked);
    for (const box of boxes) { box.checked = !areAll; }
  },
  "/": () => { help.close(); receiver?.focus(); },
  "+": () => document.getElementById("counter-other").click(),
  "?": toggleHelp,
};

const onKey = (key) => {
  if (!KEYS[key]) { return false; }
  KEYS[key]();
  return true;
};
new Scanner(field, { onCode: lookUp, onKey }).focus();

// The next ticket, scanned while the receiver's name is asked for, hands nothing over.
function scannedIntoName() {
  if (!Scanner.isCode(receiver.value)) { return false; }
  const code = Scanner.code(receiver.value);
  receiver.value = "";
  if (code) { lookUp(code); }
  return true;
}

receiver?.form.addEventListener("submit", (event) => {
  if (scannedIntoName()) { event.preventDefault(); }
});
receiver?.addEventListener("input", () => {
  if (/\\[rn]$/.test(receiver.value)) { scannedIntoName(); }
});
document.getElementById("counter-keys").addEventListener("click", toggleHelp);
help.addEventListener("close", () => field.focus());
