"use strict";

const MOST_OFFERED = 8;
const MOST_LINES = 50;
const MOST_PIECES = 9999;
const PAUSE = 120; // ms between the last key and looking for customers

const form = document.getElementById("walk-in");
const field = (name) => document.getElementById(`walk-in-${name}`);
const phone = field("phone");
const personName = field("name");
const service = field("service");
const pickup = field("pickup");
const instructions = field("instructions");
const help = field("help");
const inputs = { phone, name: personName, items: service, pickup_date: pickup, instructions };
const word = (name) => document.querySelector(`#walk-in-words [data-word="${name}"]`).textContent;

const services = [...document.querySelectorAll("#walk-in-offers li")].map((item) => ({
  id: Number(item.dataset.id),
  name: item.textContent,
  cents: Math.round(Number(item.dataset.price) * 100),
}));

const format = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2 });
const money = (cents) => `${form.dataset.currency} ${format.format(cents / 100)}`;

let customer = null; // the chosen one, {id, name, phone}
let lines = []; // {service, quantity}
let key = newKey();
let isPlacing = false;

// crypto.randomUUID is there on https only.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- What is wrong, beside its field --------------------------------------------------

function complain(name, text) {
  const place = field(`${name}-error`) ?? field("problem");
  place.textContent = text;
  place.hidden = false;
  inputs[name]?.setAttribute("aria-invalid", "true");
}

function settle(...names) {
  for (const name of names.length ? names : [...Object.keys(inputs), "problem"]) {
    (field(`${name}-error`) ?? field("problem")).hidden = true;
    inputs[name]?.removeAttribute("aria-invalid");
  }
}

// --- Who ------------------------------------------------------------------------------

const people = new Choices(phone, field("customers"), choose);
let asked = "";
let answer = Promise.resolve();
let timer;

function know(person) {
  if (person || customer) { personName.value = person ? person.name : ""; }
  customer = person;
  personName.readOnly = Boolean(person);
  field("known").hidden = !person;
}

// `null` is the row of somebody new.
function choose(person) {
  people.close();
  settle("phone", "name");
  if (!person) {
    know(null);
    personName.focus();
    return;
  }
  know(person);
  phone.value = asked = person.phone || phone.value;
  service.focus();
}

const isPhone = (text) => /^[0-9+()./ \-]*[0-9][0-9+()./ \-]*$/.test(text);

// Looks once for each text; who presses Enter waits for the answer to what stands there now.
function find() {
  clearTimeout(timer);
  const text = phone.value.trim();
  if (text !== asked) {
    asked = text;
    answer = look(text);
  }
  return answer;
}

async function look(text) {
  const enough = isPhone(text) ? text.replace(/\D/g, "").length >= 4 : text.length >= 2;
  if (!enough || !form.dataset.find) { people.close(); return; }
  let found = [];
  try {
    const response = await fetch(`${form.dataset.find}?${new URLSearchParams({ q: text })}`);
    if (response.ok) { found = (await response.json()).customers; }
  } catch { /* Who is not found is typed in. */ }
  if (text !== phone.value.trim() || document.activeElement !== phone) { return; }
  const rows = found.map((person) => ({ value: person, text: person.name, detail: person.phone }));
  if (rows.length && isPhone(text)) { rows.push({ value: null, text: word("new"), detail: "" }); }
  people.show(rows);
}

phone.addEventListener("input", () => {
  settle("phone", "name");
  if (customer) { know(null); }
  clearTimeout(timer);
  timer = setTimeout(find, PAUSE);
});

async function goOnFromPhone() {
  if (customer) { service.focus(); return; }
  await find();
  if (people.isOpen) { choose(people.active); return; }
  if (checkPhone()) { personName.focus(); }
}

function checkPhone() {
  const text = phone.value.trim();
  if (!customer && !isPhone(text)) { complain("phone", word(text ? "phone" : "needs-phone")); }
  return customer || isPhone(text);
}

// --- What -----------------------------------------------------------------------------

const offers = new Choices(service, field("services"), add);

// "2 shirt", "2x shirt" and "shirt": how many, and the words of a name, which may itself
// begin with a number.
function read(text) {
  const [, quantity, rest] = text.match(/^(\d{1,6})\s*[x×*]?\s+(\S.*)$/i)
    ?? text.match(/^(\d{1,6})[x×*](\S.*)$/i) ?? [];
  const plain = { quantity: 1, found: matches(text) };
  const isName = services.some((one) => one.name.toLowerCase().startsWith(text.toLowerCase()));
  if (!rest || isName) { return plain; }
  const found = matches(rest);
  return found.length ? { quantity: Number(quantity), found } : plain;
}

function matches(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (name) => {
    if (!words.every((part) => name.includes(part))) { return -1; }
    if (name.startsWith(words[0])) { return 2; }
    return name.split(/\s+/).some((part) => part.startsWith(words[0])) ? 1 : 0;
  };
  return services
    .map((one) => ({ one, rank: rank(one.name.toLowerCase()) }))
    .filter((row) => row.rank >= 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, MOST_OFFERED)
    .map((row) => row.one);
}

service.addEventListener("input", () => {
  settle("items");
  const text = service.value.trim();
  const { quantity, found } = text ? read(text) : { quantity: 1, found: [] };
  offers.show(found.map((one) => ({
    value: one,
    text: quantity > 1 ? `${quantity} × ${one.name}` : one.name,
    detail: money(one.cents * quantity),
  })));
});

function add(chosen) {
  const { quantity } = read(service.value.trim());
  const line = lines.find((one) => one.service === chosen);
  const total = quantity + (line?.quantity ?? 0);
  if (quantity < 1 || total > MOST_PIECES) { complain("items", word("quantity")); return; }
  if (!line && lines.length === MOST_LINES) { complain("items", word("lines")); return; }
  if (line) { line.quantity = total; } else { lines.push({ service: chosen, quantity }); }
  service.value = "";
  offers.close();
  show();
  service.focus();
}

function goOnFromService() {
  if (!service.value.trim()) { place(); return; }
  if (offers.isOpen) { add(offers.active); return; }
  const { found } = read(service.value.trim());
  if (found.length) { add(found[0]); } else { complain("items", word("no-service")); }
}

function show() {
  const table = field("lines");
  table.hidden = !lines.length;
  table.tBodies[0].replaceChildren(...lines.map((line) => {
    const row = field("line").content.cloneNode(true).firstElementChild;
    const [quantity, name, amount, end] = row.cells;
    quantity.textContent = `${line.quantity} ×`;
    name.textContent = line.service.name;
    amount.textContent = money(line.service.cents * line.quantity);
    const button = end.firstElementChild;
    button.setAttribute("aria-label", `${word("remove")} ${line.service.name}`);
    button.addEventListener("click", () => {
      lines = lines.filter((other) => other !== line);
      show();
      service.focus();
    });
    return row;
  }));
  const cents = lines.reduce((sum, line) => sum + line.service.cents * line.quantity, 0);
  field("total").textContent = money(cents);
}

// --- Placing --------------------------------------------------------------------------

function check() {
  settle();
  const isPerson = checkPhone();
  const isNamed = Boolean(customer || personName.value.trim());
  if (isPerson && !isNamed) { complain("name", word("needs-name")); }
  if (service.value.trim()) { complain("items", word("no-service")); }
  else if (!lines.length) { complain("items", word("needs-line")); }
  const wrong = [phone, personName, service].find((input) => input.ariaInvalid === "true");
  wrong?.focus();
  return !wrong;
}

function body() {
  const who = customer
    ? { customer_id: customer.id }
    : { name: personName.value.trim(), phone: phone.value.trim() };
  const items = lines.map((line) => ({ service_id: line.service.id, quantity: line.quantity }));
  const pickup_date = pickup.value || null;
  return { ...who, items, pickup_date, instructions: instructions.value.trim() };
}

async function place() {
  if (isPlacing || !check()) { return; }
  isPlacing = true;
  form.setAttribute("aria-busy", "true");
  try {
    await tell(await send());
  } catch {
    complain("problem", word("away"));
  } finally {
    isPlacing = false;
    form.removeAttribute("aria-busy");
  }
}

function send() {
  // The cookie is read each time: signing in again, in another window, changes it.
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  return fetch(form.dataset.place, {
    method: "POST",
    headers: {
      "Content-Type": "application/json", "X-CSRFToken": token, "Idempotency-Key": key,
    },
    body: JSON.stringify(body()),
    redirect: "error",
    signal: AbortSignal.timeout(20000),
  });
}

async function tell(response) {
  const data = await response.json();
  if (response.ok) { finish(data); return; }
  // Without a verdict it may have been placed: then the same key finds it again.
  if (response.status >= 500) { complain("problem", word("away")); return; }
  if (response.status === 401) { complain("problem", word("signed-out")); return; }
  if (response.status === 422) { complain("problem", word("reused")); return; }
  key = newKey();
  const errors = Object.entries(data.errors ?? {});
  for (const [name, texts] of errors) { complain(name.split(".")[0], texts.join(" ")); }
  if (!errors.length) { complain("problem", data.msg); }
}

function finish(placed) {
  const card = field("placed");
  const link = (name, address) => {
    const anchor = card.querySelector(`[data-${name}]`);
    anchor.href = address;
    return anchor;
  };
  link("order", placed.order).textContent = placed.order_number;
  card.querySelector("[data-name]").textContent = placed.name;
  card.querySelector("[data-total]").textContent = placed.total;
  const ticket = link("ticket", placed.ticket);
  link("labels", placed.labels);
  card.hidden = false;
  startOver();
  const isOpen = window.open(`${placed.ticket}?print=now`, "_blank");
  card.querySelector("[data-blocked]").hidden = Boolean(isOpen);
  if (!isOpen) { ticket.focus(); }
}

function startOver() {
  form.reset();
  know(null);
  lines = [];
  key = newKey();
  asked = "";
  people.close();
  offers.close();
  settle();
  show();
  phone.focus();
}

// --- Keys -----------------------------------------------------------------------------

const onEnter = new Map([
  [phone, goOnFromPhone],
  [personName, () => service.focus()],
  [service, goOnFromService],
]);

form.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat && event.key === "Enter") {
    if (event.key === "Enter") { event.preventDefault(); }
    return;
  }
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    place();
  } else if (event.key === "Enter" && onEnter.has(event.target)) {
    event.preventDefault();
    onEnter.get(event.target)();
  } else if (event.key === "Backspace" && event.target === service && !service.value) {
    lines.pop();
    show();
  }
});

// A character is typed where one is being typed; elsewhere `?` asks for the keys.
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.target.value) { return; }
  event.preventDefault();
  if (help.open) { help.close(); } else { help.showModal(); }
});

form.addEventListener("submit", (event) => { event.preventDefault(); place(); });
field("anew").addEventListener("click", startOver);
field("keys").addEventListener("click", () => help.showModal());
personName.addEventListener("input", () => settle("name"));

show();
// The attribute waits for the first picture of the page; keys may come before.
phone.focus();
