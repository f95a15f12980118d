"use strict";

// Enter prints; what is typed into the options is shown at once.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
if (!button.disabled) { button.focus(); }

const options = document.getElementById("options");
options.addEventListener("change", () => options.requestSubmit());

// Who came only to print (`print=now`) is asked for the printer at once, and leaves again.
if (!button.disabled && new URLSearchParams(location.search).get("print") === "now") {
  window.addEventListener("load", () => window.print());
  if (window.opener) { window.addEventListener("afterprint", () => window.close()); }
}
