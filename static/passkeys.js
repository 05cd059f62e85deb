// Asks the browser for a passkey where a page has a form for one, and sends its answer as that form. A form is hidden
// until this runs; beside each stands a way without a passkey. Nothing is made or sent without a press or a choice in
// the browser's own list.

const SAYS = {
  NotAllowedError:
    "Nothing was done: it was cancelled, or took too long, or this device has no passkey for this site. Try again, or use another way.",
  InvalidStateError: "This device has a passkey for your account already. You can use that one.",
  NotSupportedError: "This device cannot keep a passkey for this site. Use another device, or another way.",
  SecurityError: "The passkeys of this site do not work at this address. Open the site by its own address, and try again.",
  ConstraintError: "This device cannot check that it is you. Set up a PIN, fingerprint or face on it, or use another way.",
};
const NOT_ADDED =
  "No passkey was added: it was cancelled, or took too long, or this device cannot check that it is you. Set up a PIN, fingerprint or face on it, or use another device.";
const FAILED = "That did not work. Try again, or use another way.";

// The server takes an answer for so long after it made the page (milliseconds).
const GOOD_FOR = 5 * 60 * 1000;
const shownAt = Date.now();

const passkeys = window.PublicKeyCredential;
const forms = [...document.querySelectorAll("form[data-passkey]")];
const isSupported = Boolean(passkeys?.parseRequestOptionsFromJSON && passkeys.parseCreationOptionsFromJSON);
// A request from the list of the address field, which a press of the button replaces.
let waiting;

const optionsOf = (form) => JSON.parse(form.dataset.options);

function say(form, text) {
  form.querySelector("[role=status]").textContent = text;
}

function send(form, credential) {
  form.elements.namedItem("credential").value = JSON.stringify(credential.toJSON());
  const remember = document.querySelector("input[type=checkbox][name=remember_me]");
  const kept = form.elements.namedItem("remember_me");
  if (remember && kept) kept.value = remember.checked ? "true" : "";
  form.submit();
}

async function ask(form, more) {
  const options = optionsOf(form);
  const isNew = form.dataset.passkey === "create";
  const credential = isNew
    ? await navigator.credentials.create({ ...more, publicKey: passkeys.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ ...more, publicKey: passkeys.parseRequestOptionsFromJSON(options) });
  if (credential) send(form, credential);
}

const isOld = () => Date.now() - shownAt > GOOD_FOR;

async function pressed(form, button) {
  waiting?.abort();
  if (isOld()) {
    // The answer is the page with a new challenge, which says so and keeps what was typed.
    form.elements.namedItem("credential").value = "{}";
    form.submit();
    return;
  }
  button.disabled = true;
  say(form, "");
  try {
    await ask(form, {});
  } catch (error) {
    const isNotAdded = error.name === "NotAllowedError" && form.dataset.passkey === "create";
    say(form, isNotAdded ? NOT_ADDED : (SAYS[error.name] ?? FAILED));
    // The press has ended the offer.
    if (form.dataset.autofill !== undefined) offer(form);
  } finally {
    button.disabled = false;
  }
}

// Passkeys in the list of the address field, where the browser has one.
async function offer(form) {
  if (!(await passkeys.isConditionalMediationAvailable?.())) return;
  // The button was faster.
  if (form.querySelector("button").disabled) return;
  waiting = new AbortController();
  try {
    await ask(form, { mediation: "conditional", signal: waiting.signal });
  } catch (error) {
    if (error.name !== "AbortError" && error.name !== "NotAllowedError") say(form, SAYS[error.name] ?? FAILED);
  }
}

// Tells the browser what it may forget or show otherwise. It may not know these calls.
async function signal(call, details) {
  try {
    await passkeys?.[call]?.(details);
  } catch {
    // It is a courtesy, and nothing depends on it.
  }
}

for (const form of forms) {
  const button = form.querySelector("button");
  form.hidden = false;
  if (!isSupported) {
    button.hidden = true;
    say(form, "This browser does not support passkeys here. Use another way, or another browser.");
    continue;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    pressed(form, button);
  });
  const { unknown, autofill } = form.dataset;
  if (unknown) signal("signalUnknownCredential", { rpId: optionsOf(form).rpId, credentialId: unknown });
  if (autofill !== undefined) offer(form);
}

// An old page would offer what the server refuses: a reader who comes back to it, and has typed nothing, gets a new one.
const offering = forms.find((form) => form.dataset.autofill !== undefined);
document.addEventListener("visibilitychange", () => {
  if (!offering || document.hidden || !isOld()) return;
  const typed = [...document.querySelectorAll("input:not([type=hidden])")];
  if (typed.some((field) => field.value !== field.defaultValue)) return;
  const next = offering.elements.namedItem("next").value;
  location.replace(next ? `/login?next=${encodeURIComponent(next)}` : "/login");
});

const list = document.querySelector("[data-passkeys]");
if (list) {
  const { rpId, userId, ids, removed, name, displayName } = JSON.parse(list.dataset.passkeys);
  if (removed) signal("signalUnknownCredential", { rpId, credentialId: removed });
  if (ids) signal("signalAllAcceptedCredentials", { rpId, userId, allAcceptedCredentialIds: ids });
  signal("signalCurrentUserDetails", { rpId, userId, name, displayName });
}
