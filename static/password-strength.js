// Says how strong a new password is while it is typed. The server judges, by the rules and in the
// words of the form itself. Without this script the form says the same once it is sent.
"use strict";

const ASK = "/password-strength";
// A pause in typing, in milliseconds.
const PAUSE = 350;
// What tells whose password it will be. The password that holds until now is never sent.
const WHOSE = ["csrf_token", "token", "email", "display_name"];

function line() {
  const meter = document.createElement("meter");
  meter.max = 4;
  meter.low = 2.5;
  meter.high = 2.6;
  meter.optimum = 4;
  meter.setAttribute("aria-label", "Strength of the password");
  const words = document.createElement("p");
  // It is there, and empty, before it says anything: otherwise the first words go unheard.
  words.setAttribute("aria-live", "polite");
  const whole = document.createElement("div");
  whole.className = "strength";
  whole.append(meter, words);
  meter.hidden = true;
  return { whole, meter, words };
}

function question(field) {
  const body = new URLSearchParams({ password: field.value });
  for (const name of WHOSE) {
    const other = field.form.elements.namedItem(name);
    if (other) body.set(name, other.value);
  }
  return body;
}

function watch(field) {
  const { whole, meter, words } = line();
  field.after(whole);
  let timer;
  let asking = new AbortController();

  function show(verdict) {
    meter.hidden = !verdict;
    meter.value = verdict ? verdict.score : 0;
    whole.classList.toggle("accepted", verdict?.accepted === true);
    const said = verdict ? verdict.message : "";
    // The same words again are no news.
    if (words.textContent !== said) words.textContent = said;
  }

  async function ask() {
    const { signal } = (asking = new AbortController());
    try {
      const answer = await fetch(ASK, { method: "POST", body: question(field), redirect: "error", signal });
      const verdict = answer.ok ? await answer.json() : null;
      if (!signal.aborted) show(verdict);
    } catch {
      // Overtaken by what was typed since, or no answer: an old verdict must not stand.
      if (!signal.aborted) show(null);
    }
  }

  // Any field of the form: address and name have a say.
  field.form.addEventListener("input", () => {
    clearTimeout(timer);
    asking.abort();
    if (field.value === "") show(null);
    // The last verdict stands until the next one comes, so that nothing flickers.
    else timer = setTimeout(ask, PAUSE);
  });
}

for (const field of document.querySelectorAll("input[autocomplete=new-password]")) watch(field);
