// The little that HTML and htmx leave over: the alarm, the title, the composer, and staying at the newest text.
"use strict";

const title = document.title;
let alarms = 0;
let audio = null;
let ringing = null;

function beep(pattern) {
  audio = audio || new AudioContext();
  if (audio.state === "suspended") audio.resume();
  pattern.forEach(([frequency, at, length]) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.25, audio.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + length);
  });
}

const ALARM = [[880, 0, 0.35], [660, 0.4, 0.35], [880, 0.8, 0.5]];
const ARRIVED = [[523, 0, 0.2], [784, 0.22, 0.35]];

function showAlarms() {
  const board = document.querySelector("[data-alarms]");
  alarms = board ? Number(board.dataset.alarms) : 0;
  document.title = alarms ? `(${alarms}) ALARM · ${title}` : title;
  if (alarms && !ringing) {
    beep(ALARM);
    ringing = setInterval(() => beep(ALARM), 4000);
  } else if (!alarms && ringing) {
    clearInterval(ringing);
    ringing = null;
  }
}

// A new conversation, or new words in one, is heard, and stands in the title until somebody looks.
let seen = null;
function noticeConversations() {
  const list = document.querySelector("[data-conversations]");
  if (!list) return;
  const now = [...list.querySelectorAll("li.unanswered a")].map((a) => a.pathname + a.querySelector(".preview").textContent);
  if (seen && now.some((each) => !seen.has(each))) beep(ARRIVED);
  seen = new Set(now);
  if (!alarms) document.title = now.length ? `(${now.length}) ${title}` : title;
}

function followNewest(element, smooth) {
  element.scrollTo({ top: element.scrollHeight, behavior: smooth ? "smooth" : "instant" });
}

function look() {
  showAlarms();
  noticeConversations();
}

// Times are the reader's own, and spans stay true while nothing else happens.
const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
function tellTime() {
  document.querySelectorAll("time.ago").forEach((time) => {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 1000));
    const [unit, length] = UNITS.find(([, size]) => seconds >= size) || UNITS[3];
    time.textContent = `${Math.floor(seconds / length)} ${unit}`;
  });
  document.querySelectorAll("time.clock").forEach((time) => {
    time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  });
}
setInterval(tellTime, 5000);

document.addEventListener("DOMContentLoaded", () => {
  look();
  tellTime();
  document.querySelectorAll("[data-follow]").forEach((element) => followNewest(element, false));
  document.querySelectorAll("[data-draft]").forEach((box) => {
    renew(box.form);
    box.value = sessionStorage.getItem(`draft-${box.dataset.draft}`) || "";
  });
});

// Whoever has a conversation taken from under their hands still finds what they had begun to write.
document.addEventListener("DOMContentLoaded", () => {
  const left = document.querySelector("[data-left]");
  const draft = left && sessionStorage.getItem(`draft-${left.dataset.left}`);
  if (!draft) return;
  left.querySelector("span").textContent = draft;
  left.hidden = false;
});

// What somebody has chosen, written or opened beside a conversation outlives the panel's renewal.
const formOf = (form) => form.getAttribute("action") || form.getAttribute("hx-post");
let begun = null;

function keepBegun(panel) {
  const focused = document.activeElement;
  begun = {
    fields: [...panel.querySelectorAll("form")].flatMap((form) => [...form.elements].filter((field) => field.name)
      .map((field) => [formOf(form), field.name, field.value])),
    open: [...panel.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent),
    focus: panel.contains(focused) && focused.form ? [formOf(focused.form), focused.name] : null,
  };
}

function restoreBegun(panel) {
  const forms = new Map([...panel.querySelectorAll("form")].map((form) => [formOf(form), form]));
  const field = (action, name) => {
    const found = forms.get(action)?.elements.namedItem(name);
    return found instanceof RadioNodeList ? null : found; // several buttons of one name hold nothing that was begun
  };
  begun.fields.forEach(([action, name, value]) => {
    if (field(action, name)) field(action, name).value = value;
  });
  panel.querySelectorAll("details > summary").forEach((summary) => {
    if (begun.open.includes(summary.textContent)) summary.parentElement.open = true;
  });
  if (begun.focus) field(...begun.focus)?.focus();
}

// A renewal between press and release would take the button from under the finger, and the click would be lost:
// it waits, but never long, for a release may go unseen.
const PRESS_MS = 1000;
const CLICK_MS = 100; // a touch becomes a click so long after its end
let held = null; // what waits, while something is pressed
let release = null;

function letGoIn(delay) {
  clearTimeout(release);
  release = setTimeout(() => {
    const waiting = held;
    held = null;
    waiting.forEach((element) => htmx.ajax("GET", element.getAttribute("hx-get"), { source: element, target: element }).catch(() => {}));
  }, delay);
}

function hold() {
  held = held || new Set();
  letGoIn(PRESS_MS);
}

function unhold() {
  if (held) letGoIn(CLICK_MS);
}

const pressesByKey = (event) => event.key === " " && event.target.closest?.("button") && !event.repeat;
document.addEventListener("pointerdown", hold, true);
document.addEventListener("keydown", (event) => { if (pressesByKey(event)) hold(); }, true);
["pointerup", "pointercancel", "keyup"].forEach((end) => document.addEventListener(end, unhold, true));

function waits(event) {
  const renewal = event.detail.requestConfig.verb === "get" && event.detail.requestConfig.elt === event.detail.target;
  if (!held || !renewal) return false;
  held.add(event.detail.target);
  event.detail.shouldSwap = false;
  return true;
}

let wasAtEnd = true;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (waits(event)) return;
  const target = event.detail.target;
  if (target.id === "panel") keepBegun(target);
  wasAtEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 80;
});

document.addEventListener("htmx:afterSwap", (event) => {
  look();
  tellTime();
  const target = event.detail.target;
  if (target.id === "panel" && begun) restoreBegun(target);
  if (target.matches("[data-follow]") && wasAtEnd) followNewest(target, false);
  if (target.id === "shown") followNewest(document.getElementById("thread"), false); // which is smaller now
});

// The composer empties only when the text was taken.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form[data-clear]");
  if (!form || event.detail.elt !== form || !event.detail.successful) return;
  form.reset();
  renew(form);
  attached(form);
  const box = form.querySelector("[data-draft]");
  if (box) sessionStorage.removeItem(`draft-${box.dataset.draft}`);
  const follow = form.parentElement.querySelector("[data-follow]");
  if (follow) followNewest(follow, false);
});

// What was done changes the page that it was done on: one that does not renew itself is loaded anew.
document.addEventListener("done", () => {
  if (!document.querySelector("[hx-trigger*=' done ']")) location.reload();
});

// What was done beside a conversation is begun no more; all else that was begun there stays.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!event.detail.successful || !form.matches("#panel form, #shown form")) return;
  document.getElementById("notice").replaceChildren();
  form.reset();
  form.closest("details")?.removeAttribute("open");
  if (form.closest("#shown")) form.closest("#shown").replaceChildren();
});

// Each answer has a token of its own: sent twice, by a double click or a lost connection, it is one.
function renew(form) {
  const field = form.querySelector("[data-once]");
  if (field) field.value = [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16)).join("");
}

async function silence() {
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  if (!subscription) return;
  await fetch("/devices/removal", { method: "POST", body: new URLSearchParams({ endpoint: subscription.endpoint }) });
  await subscription.unsubscribe();
}

// On a shared computer the next person must not find what was not sent.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[action='/sign-out']")) return;
  sessionStorage.clear();
  if (!("serviceWorker" in navigator)) return;
  event.preventDefault(); // nor be rung: the push service then says that nobody is here
  const limit = new Promise((resolve) => { setTimeout(resolve, 2000); });
  Promise.race([silence(), limit]).catch(() => {}).finally(() => event.target.submit());
});

// A picture alone is an answer, too.
function attached(form) {
  const picture = form.querySelector("[data-attach]");
  if (!picture) return;
  picture.parentElement.classList.toggle("chosen", picture.files.length > 0);
  form.querySelector("textarea").required = picture.files.length === 0;
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-attach]")) attached(event.target.form);
});

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-draft]");
  if (box) sessionStorage.setItem(`draft-${box.dataset.draft}`, box.value);
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest("form[data-clear] textarea");
  if (box && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    box.form.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) document.getElementById("notice").replaceChildren();
  if (event.target.closest("[data-sound]")) beep(ALARM);
});

// A stream that is lost comes back by itself; meanwhile the page says so.
function connected(is) {
  const sign = document.getElementById("connection");
  if (sign) sign.hidden = is;
}
document.addEventListener("htmx:sseError", () => connected(false));
document.addEventListener("htmx:sseOpen", () => connected(true));
