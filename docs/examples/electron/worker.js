"use strict";
on("#login", "submit", async () => {
  const answer = await call("POST", "/employee/login", fieldsOf("#login"));
  token = answer.token;
  return `Hello ${answer.worker.name}`;
});
on("#scan", "submit", async () => {
  const { message, track } = await call("POST", "/worker/scan", fieldsOf("#scan"));
  return `${message}: ${track.action}, ${track.result}`;
});
