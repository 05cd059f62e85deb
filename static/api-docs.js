// Sends the calls of /api/docs and shows what comes back.
"use strict";

const token = document.getElementById("access-token");

function shown(response, text) {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  let body = text;
  try {
    const answer = JSON.parse(text);
    body = JSON.stringify(answer, null, 2);
    if (typeof answer.access_token === "string") token.value = answer.access_token;
  } catch {
    // Not JSON: shown as it came.
  }
  return [`${response.status} ${response.statusText}`, ...headers, "", body].join("\n");
}

async function send(form) {
  const fields = new FormData(form);
  const path = form.dataset.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(fields.get(name)));
  const bearer = token.value.trim();
  const headers = {};
  const body = fields.get("body")?.trim() || undefined;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (bearer) headers["Authorization"] = `Bearer ${bearer}`;
  // A bearer and a cookie at once are refused.
  const credentials = bearer ? "omit" : "same-origin";
  const response = await fetch(path, { method: form.dataset.method, headers, body, credentials });
  return shown(response, await response.text());
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (!form.dataset.path) return;
  const output = form.querySelector("output");
  output.textContent = "…";
  try {
    output.textContent = await send(form);
  } catch (error) {
    output.textContent = String(error);
  }
});
