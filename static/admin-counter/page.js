"use strict";

const counter = document.getElementById("counter");
const addresses = counter.dataset;
const me = Number(counter.dataset.user);
const field = document.getElementById("counter-code");
const place = document.getElementById("counter-place");
const help = document.getElementById("counter-help");
const soundButton = document.getElementById("counter-sound");
const actions = [...document.querySelectorAll("input[name=action]")];
const windows = "BroadcastChannel" in window ? new BroadcastChannel("roundtrip-counter") : null;
const TWICE_WITHIN = 2000;
// An answer that takes longer than this is not waited for before the scan is told to be kept.
const PATIENCE = 1000;

// --- The server ---------------------------------------------------------------------------

// The cookie is read each time: signing in again, in another window, changes it.
function call(address, body) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  return fetch(address, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: body && JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(15000),
  });
}

// A scan leaves the queue on an answer that is surely ours: a network may answer for the shop.
async function send(scan) {
  const { scan_id, qr, action, location, note, scanned_at, made_by } = scan;
  let response;
  let answer;
  try {
    response = await call(addresses.scan, {
      scan_id, qr, action, location, note, scanned_at, made_by,
    });
    answer = await response.json().catch(() => ({}));
  } catch {
    return { hindrance: "away" };
  }
  if (response.ok && answer.scan_id === scan_id) { return { verdict: answer }; }
  if (response.status === 400 && answer.error) {
    return { verdict: { ...said("refused", "broken"), scan_id } };
  }
  if (response.status === 403 && answer.signed_in) {
    return { hindrance: "somebody_else", who: answer.signed_in };
  }
  if ([401, 403].includes(response.status)) { return { hindrance: "signed_out" }; }
  return { hindrance: "away", seconds: Number(response.headers.get("Retry-After")) };
}

// --- Rows ---------------------------------------------------------------------------------

function waitingRow(scan) {
  const row = newRow(scan.scanned_at, undo);
  const chosen = actions.find((one) => one.value === scan.action);
  const title = chosen ? chosen.nextElementSibling.textContent : scan.action;
  fill(row, { verdict: "kept", scan_id: scan.scan_id, title, text: word("kept") }, nameOf(scan.qr));
  row.querySelector(".counter-twice").hidden = !scan.is_repeat;
  addRow(row);
}

// A code that the scanner read twice says nothing new: its first verdict stays in sight.
function verdictCame(scan, verdict, isMine) {
  let row = rowOf(scan.scan_id);
  if (!row) {
    row = newRow(scan.scanned_at, undo);
    addRow(row);
  }
  fill(row, verdict, nameOf(scan.qr));
  row.querySelector(".counter-twice").hidden = !scan.is_repeat;
  const isEcho = scan.is_repeat && verdict.verdict === "already";
  if (isMine && !isEcho) { show(verdict, nameOf(scan.qr)); }
}

let isRecentShown = false;

async function showRecent() {
  let scans;
  try {
    ({ scans } = await (await call(addresses.recent)).json());
  } catch {
    return; // They are only looked at: without a network, the page goes on without them.
  }
  isRecentShown = true;
  for (const verdict of scans ?? []) {
    if (list.children.length >= ROWS) { break; }
    if (rowOf(verdict.scan_id)) { continue; }
    const row = newRow(verdict.at, undo);
    fill(row, verdict);
    list.append(row);
  }
}

// --- The queue ----------------------------------------------------------------------------

let uploader = null;
let lastScan = { at: 0 };

async function tellOfQueue({ hindrance, who = "" } = uploader) {
  const scans = await queue.all();
  const others = scans.filter((scan) => scan.made_by !== me);
  const state = hindrance || (uploader.isCatchingUp ? "catching_up" : "");
  for (const notice of document.querySelectorAll("[data-notice]")) {
    const isOfOthers = notice.dataset.notice === "left_behind";
    notice.hidden = isOfOthers ? !others.length : notice.dataset.notice !== state;
    const count = notice.querySelector("[data-count]");
    if (count) { count.textContent = scans.length - others.length; }
    const name = notice.querySelector("[data-who]");
    const makers = [...new Set(others.map((scan) => scan.made_by_name))].join(", ");
    if (name) { name.textContent = isOfOthers ? `${makers} (${others.length})` : who; }
  }
}

function newScanId() {
  // crypto.randomUUID is there on https only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function record(code, action) {
  const now = Date.now();
  const isRepeat = lastScan.code === code && lastScan.action === action
    && now - lastScan.at < TWICE_WITHIN;
  lastScan = { code, action, at: now };
  const scan = {
    scan_id: newScanId(),
    qr: code,
    action,
    location: place.value.trim(),
    note: "",
    scanned_at: new Date(now).toISOString(),
    made_by: me,
    made_by_name: counter.dataset.name,
    is_repeat: isRepeat,
  };
  lastScan.scan = scan;
  waitingRow(scan);
  try {
    await queue.add(scan);
  } catch {
    const verdict = { ...said("refused", "unkept"), scan_id: scan.scan_id };
    verdictCame(scan, verdict, true);
    return;
  }
  uploader.start();
  if (uploader.hindrance) { tellKept(scan); } else { setTimeout(() => tellKept(scan), PATIENCE); }
}

// Once for each scan, and only while it is the last one and has no verdict.
function tellKept(scan) {
  const isWaiting = rowOf(scan.scan_id)?.querySelector(".badge-kept");
  if (!isWaiting || lastScan.scan !== scan || lastScan.isTold) { return; }
  lastScan.isTold = true;
  show(said("kept", "kept"), nameOf(scan.qr));
  tellOfQueue();
}

async function takeOver() {
  for (const scan of await queue.all()) {
    if (scan.made_by === me) { continue; }
    const note = `${word("scanned-by")} ${scan.made_by_name}`;
    await queue.change({ ...scan, note, made_by: me, made_by_name: counter.dataset.name });
  }
  field.focus();
  await tellOfQueue();
  uploader.start();
}

// --- What people do -----------------------------------------------------------------------

async function openOrder(code) {
  let verdict;
  try {
    const response = await call(addresses.find, { qr: code });
    if ([401, 403].includes(response.status)) {
      tellOfQueue({ hindrance: "signed_out" });
      return;
    }
    verdict = await response.json();
    if (!verdict.verdict) { throw new Error("No verdict"); }
  } catch {
    verdict = said("refused", "unopened");
  }
  show(verdict, nameOf(code));
  if (verdict.verdict === "found") { window.location.assign(verdict.url); }
}

async function undo(row) {
  field.focus();
  if (!row) {
    show(said("already", "nothing"));
    return;
  }
  let verdict;
  try {
    const response = await call(addresses.undo, { track: Number(row.dataset.step) });
    verdict = await response.json();
    if (!verdict.verdict) { throw new Error("No verdict"); }
  } catch {
    verdict = said("refused", "not-undone");
  }
  if (verdict.verdict === "undone") {
    row.dataset.step = "";
    row.querySelector(".badge").className = "badge badge-voided";
    row.querySelector(".counter-why").textContent = verdict.text;
    row.querySelector("button").hidden = true;
  }
  show(verdict, row.querySelector("a").textContent);
}

function choose(action) {
  for (const one of actions) { one.checked = one.value === action; }
  localStorage.setItem("counter.action", action);
}

function nextAction() {
  const now = actions.findIndex((one) => one.checked);
  choose(actions[(now + 1) % actions.length].value);
}

function keepPlace() {
  const name = place.value.trim();
  const known = JSON.parse(localStorage.getItem("counter.places") ?? "[]");
  localStorage.setItem("counter.place", name);
  if (name) {
    const places = [name, ...known.filter((one) => one !== name)].slice(0, 8);
    localStorage.setItem("counter.places", JSON.stringify(places));
  }
  showPlaces();
}

function showPlaces() {
  const known = JSON.parse(localStorage.getItem("counter.places") ?? "[]");
  document.getElementById("counter-places").replaceChildren(
    ...known.map((name) => Object.assign(document.createElement("option"), { value: name })),
  );
}

// Who forgets to leave the place before scanning loses neither the place nor the scan.
function scannedIntoPlace() {
  if (!Scanner.isCode(place.value)) { return false; }
  const code = Scanner.code(place.value);
  place.value = localStorage.getItem("counter.place") ?? "";
  field.focus();
  if (code) { scanned(code); }
  return true;
}

function toggleSound() {
  sounds.isMuted = !sounds.isMuted;
  soundButton.setAttribute("aria-pressed", String(!sounds.isMuted));
}

function toggleHelp() {
  if (help.open) { help.close(); } else { help.showModal(); }
}

// The row chosen by Tab, if it has this; else the newest that has it.
function rowWith(selector) {
  const chosen = document.activeElement.closest("#counter-list li");
  return chosen?.matches(selector) ? chosen : list.querySelector(selector);
}

const KEYS = {
  "-": () => undo(rowWith("[data-step]:not([data-step=''])")),
  "=": () => {
    const labels = rowWith("li:has(a.button:not([hidden]))")?.querySelector("a.button");
    if (labels) { window.open(`${labels.href}?print=now`, "_blank"); }
  },
  "*": nextAction,
  "/": () => { help.close(); place.focus(); },
  "+": () => document.getElementById("counter-other").click(),
  ".": toggleSound,
  "?": toggleHelp,
};

function scanned(code) {
  const action = actions.find((one) => one.checked).value;
  if (action) { record(code, action); } else { openOrder(code); }
}

// --- The start ----------------------------------------------------------------------------

choose(localStorage.getItem("counter.action") ?? "");
place.value = localStorage.getItem("counter.place") ?? "";
showPlaces();
soundButton.setAttribute("aria-pressed", String(!sounds.isMuted));

let queue = null;
const ready = (async () => {
  queue = await ScanQueue.open();
  uploader = new Uploader(queue, me, {
    send,
    onVerdict: (scan, verdict) => {
      verdictCame(scan, verdict, true);
      windows?.postMessage({ scan, verdict });
    },
    onRemoved: () => tellOfQueue(),
    onHindrance: (answer) => {
      if (lastScan.scan && answer.hindrance) { tellKept(lastScan.scan); }
      if (!answer.hindrance && !isRecentShown) { showRecent(); }
      return tellOfQueue(answer);
    },
  });
  for (const scan of await queue.all()) {
    if (scan.made_by === me) { waitingRow(scan); }
  }
  await tellOfQueue();
  uploader.start();
})().catch(() => {}); // Without a database, each scan says that it could not be kept.

const onKey = (key) => {
  if (!KEYS[key]) { return false; }
  KEYS[key]();
  return true;
};
const scanner = new Scanner(field, {
  onCode: (code) => ready.then(() => scanned(code)),
  onKey,
});
scanner.focus();

for (const one of actions) {
  one.addEventListener("change", () => choose(one.value));
  one.addEventListener("click", (event) => { if (event.detail) { field.focus(); } });
}
place.addEventListener("focus", () => place.select());
place.addEventListener("input", () => { if (/\\[rn]$/.test(place.value)) { scannedIntoPlace(); } });
place.addEventListener("change", () => { if (!scannedIntoPlace()) { keepPlace(); } });
place.addEventListener("keydown", (event) => {
  if (!["Enter", "Escape"].includes(event.key)) { return; }
  event.preventDefault();
  if (event.key === "Escape") { place.value = localStorage.getItem("counter.place") ?? ""; }
  field.focus();
});
soundButton.addEventListener("click", () => { toggleSound(); field.focus(); });
document.getElementById("counter-keys").addEventListener("click", toggleHelp);
help.addEventListener("close", () => scanner.focus());
counter.querySelector("[data-reload]").addEventListener("click", () => window.location.reload());
counter.querySelector("[data-take-over]").addEventListener("click", takeOver);
windows?.addEventListener("message", ({ data }) => {
  verdictCame(data.scan, data.verdict, false);
  tellOfQueue();
});

// --- Opening without a network ------------------------------------------------------------

// The page and all that it loaded so far are kept, whenever it was opened with a network.
async function keepPage() {
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", () => { document.body.dataset.kept = "yes"; });
  await serviceWorker.register(addresses.offline);
  const { active } = await serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const parts = loaded.filter((name) => new URL(name).pathname.startsWith("/static/"));
  active.postMessage([window.location.pathname, ...new Set(parts)]);
}

// There is none on plain http. What it may refuse, private windows say, is a convenience.
if (navigator.serviceWorker && navigator.onLine) { keepPage().catch(() => {}); }
