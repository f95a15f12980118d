"use strict";
// What both pages share: one call to the old, unversioned API, and one line that says
// what came of it. The page is opened from a file, so it sends `Origin: null`.
const $ = (selector) => document.querySelector(selector);

let token = "";

async function call(method, path, body) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers["Authorization"] = `Bearer ${token}`;
  const answer = await fetch($("#server").value + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error);
  return data;
}

function say(text) {
  $("#message").textContent = text;
}

// Run what a button does, and tell the person what came of it, good or bad.
function on(selector, event, action) {
  $(selector).addEventListener(event, async (happened) => {
    happened.preventDefault();
    try {
      say(await action(happened));
    } catch (error) {
      say(error.message);
    }
  });
}

function fieldsOf(form) {
  return Object.fromEntries(new FormData($(form)));
}
