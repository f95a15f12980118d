"use strict";

// Opens the counter's page while the network is away, as it was last opened with one. It holds
// no scans: those are in the browser's database (queue.js).
const KEPT = "counter";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page says what it consists of.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data, event.source)));

// All of it or nothing: what was kept before stays until the new page is there.
async function keep(addresses, page) {
  const kept = await caches.open(KEPT);
  await kept.addAll(addresses);
  const wanted = addresses.map((address) => new URL(address, self.location).href);
  const old = (await kept.keys()).filter((request) => !wanted.includes(request.url));
  await Promise.all(old.map((request) => kept.delete(request)));
  page.postMessage("kept");
}

// Only the page and its parts; its calls go their own way.
self.addEventListener("fetch", (event) => {
  const { method, mode, destination } = event.request;
  if (method === "GET" && (mode === "navigate" || destination)) {
    event.respondWith(answer(event.request));
  }
});

async function answer(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request);
    if (kept) { return kept; }
    throw error;
  }
}
