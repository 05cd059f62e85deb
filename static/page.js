// What a page does for its reader where scripts run. Nothing here is needed: without it, the page lacks these buttons,
// and says times in UTC and waits in words.

// Time zones that are UTC under another name.
const UTC = ["UTC", "Etc/UTC", "GMT", "Etc/GMT"];

function button(text, name) {
  // No `button` element: a form has one, which sends it.
  const made = document.createElement("input");
  made.type = "button";
  made.className = "button quiet small";
  made.value = text;
  made.setAttribute("aria-label", name);
  return made;
}

// A region that is announced, empty at first: what it begins with goes unheard.
function announcer() {
  const made = document.createElement("span");
  made.className = "visually-hidden";
  made.setAttribute("role", "status");
  return made;
}

function showable(field) {
  const toggle = button("Show", "Show the password");
  toggle.classList.add("show-password");
  const said = announcer();
  const row = document.createElement("div");
  row.className = "beside";
  const focused = document.activeElement === field;
  field.before(row);
  row.append(field, toggle, said);
  if (focused) field.focus();

  function show(visible) {
    field.type = visible ? "text" : "password";
    toggle.value = visible ? "Hide" : "Show";
    toggle.setAttribute("aria-label", `${toggle.value} the password`);
  }

  toggle.addEventListener("click", () => {
    show(field.type === "password");
    said.textContent = field.type === "text" ? "Your password is visible." : "Your password is hidden.";
  });
  // Browsers keep what was typed into fields of text.
  field.form?.addEventListener("submit", () => show(false));
}

function copyable(source) {
  // Only where the connection is secure.
  if (!navigator.clipboard) return;
  const what = source.dataset.copy;
  const copy = button("Copy", `Copy ${what}`);
  copy.classList.add("copy");
  const said = announcer();
  const row = document.createElement("p");
  row.className = "no-print";
  row.append(copy, said);
  (source.closest("p, ol") ?? source).after(row);
  copy.addEventListener("click", async () => {
    const lines = source.matches("ol") ? [...source.children] : [source];
    const text = lines.map((line) => line.textContent.trim()).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      copy.value = "Copied";
      said.textContent = "Copied.";
    } catch {
      copy.value = "Copy";
      said.textContent = "It could not be copied. Select the text instead.";
    }
  });
}

function local(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  const utc = time.title || time.textContent;
  const format = (options) => {
    const parts = new Intl.DateTimeFormat("en-GB", { hourCycle: "h23", ...options }).formatToParts(at);
    return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  };
  const two = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const { day, month, year, hour, minute, second, timeZoneName } =
    format({ day: "numeric", month: "long", year: "numeric", timeZoneName: "short", ...two });
  const seconds = /:\d\d:\d\d/.test(utc) ? `:${second}` : "";
  const whole = `${day} ${month} ${year}, ${hour}:${minute}${seconds} ${timeZoneName}`;
  if (/^\d{4}-\d\d-\d\d$/.test(time.textContent)) {
    const short = format({ day: "2-digit", month: "2-digit", year: "numeric" });
    time.textContent = `${short.year}-${short.month}-${short.day}`;
    time.title = `${whole} (${utc})`;
  } else {
    time.textContent = whole;
    time.title = utc;
  }
}

function countDown(place) {
  const end = performance.now() + Number(place.dataset.seconds) * 1000;
  // Within an alert, which would be read out every second.
  place.setAttribute("aria-hidden", "true");
  place.hidden = false;
  function tick() {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left > 0) {
      const [minutes, seconds] = [Math.floor(left / 60), String(left % 60).padStart(2, "0")];
      place.textContent = `Time left: ${minutes}:${seconds}`;
      setTimeout(tick, 250);
    } else {
      place.removeAttribute("aria-hidden");
      place.textContent = "You can try again now.";
    }
  }
  tick();
}

// A notice that was there when the page was loaded goes unheard, so it comes once more.
function announce(notice) {
  const kept = [...notice.childNodes];
  notice.style.minHeight = `${notice.offsetHeight}px`;
  notice.replaceChildren();
  setTimeout(() => {
    notice.replaceChildren(...kept);
    notice.style.minHeight = "";
  }, 50);
}

const every = (css, act) => document.querySelectorAll(css).forEach(act);
if (!UTC.includes(Intl.DateTimeFormat().resolvedOptions().timeZone)) every("time[datetime]", local);
every("input[type=password]", showable);
every("[data-copy]", copyable);
every("[data-seconds]", countDown);
every(".notice[role=status]", announce);
