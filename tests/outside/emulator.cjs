// nid-webauthn-emulator as browser and authenticator with one passkey. `tests/web/outside.rs` describes the lines that
// it reads and writes.

const { createInterface } = require("node:readline");
const { default: WebAuthnEmulator, AuthenticatorEmulator, PasskeysCredentialsMemoryRepository } = require("nid-webauthn-emulator");

let store = new PasskeysCredentialsMemoryRepository();
let kept = [];
let verified = true;

const interaction = (user) => ({ user, options: { up: true, uv: verified } });
const browser = () =>
  new WebAuthnEmulator(
    new AuthenticatorEmulator({
      credentialsRepository: store,
      userMakeCredentialInteraction: interaction,
      userGetAssertionInteraction: interaction,
    }),
  );

const jobs = {
  create: (job) => ({ credential: browser().createJSON(job.origin, job.options) }),
  get: (job) => ({ credential: browser().getJSON(job.origin, job.options) }),
  keep: () => {
    kept = store.loadCredentials();
    return {};
  },
  restore: () => {
    store = new PasskeysCredentialsMemoryRepository();
    for (const credential of kept) store.saveCredential(credential);
    return {};
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const job = JSON.parse(line);
  verified = job.verified;
  let answer;
  try {
    answer = jobs[job.op](job);
  } catch (error) {
    // Its refusals; anything else is a fault of this file, and ends it.
    if (!(error instanceof DOMException)) throw error;
    answer = { error: `${error.name}: ${error.message}` };
  }
  console.log(JSON.stringify(answer));
});
