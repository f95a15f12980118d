"use strict";

// What the page shows: one big verdict, and a row for each of the last scans.
const list = document.getElementById("counter-list");
const sounds = new Sounds();
const ROWS = 20;

const word = (name) => document.querySelector(`[data-word="${name}"]`).textContent;
const said = (verdict, name) => ({ verdict, title: word(name), text: word(`${name}-text`) });

function show(verdict, name = "") {
  const panel = document.getElementById("counter-verdict");
  panel.dataset.verdict = verdict.verdict;
  const number = [verdict.number, verdict.name].filter(Boolean).join(" · ");
  panel.querySelector(".counter-number").textContent = number || name;
  panel.querySelector(".counter-title").textContent = verdict.title;
  panel.querySelector(".counter-text").textContent = verdict.text;
  sounds.play(verdict.verdict);
}

// What people call a code: its number, and never a token.
const nameOf = (code) => (code.match(/\/t\/([^/?#]+)/i)?.[1] ?? code).slice(0, 24);

function newRow(at, onUndo) {
  document.getElementById("counter-nothing").hidden = true;
  const row = document.getElementById("counter-row").content.firstElementChild.cloneNode(true);
  const moment = new Date(at);
  const time = row.querySelector("time");
  time.dateTime = moment.toISOString();
  time.textContent = moment.toLocaleTimeString([], {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  row.querySelector("button").addEventListener("click", () => onUndo(row));
  return row;
}

function fill(row, verdict, name = "") {
  const link = row.querySelector("a");
  const badge = row.querySelector(".badge");
  row.dataset.scan = verdict.scan_id ?? row.dataset.scan ?? "";
  row.dataset.step = verdict.undo ?? "";
  link.textContent = verdict.number || name;
  if (verdict.url) { link.href = verdict.url; }
  const labels = row.querySelector("a.button");
  labels.hidden = !verdict.labels;
  if (verdict.labels) { labels.href = verdict.labels; }
  row.querySelector(".counter-order .secondary").textContent = verdict.name ?? "";
  badge.className = `badge badge-${verdict.is_undone ? "voided" : verdict.verdict}`;
  badge.textContent = verdict.title;
  row.querySelector(".counter-why").textContent = verdict.text;
  row.querySelector("button").hidden = !verdict.undo;
}

function addRow(row) {
  list.prepend(row);
  while (list.children.length > ROWS) { list.lastElementChild.remove(); }
}

const rowOf = (scan_id) => list.querySelector(`[data-scan="${scan_id}"]`);
