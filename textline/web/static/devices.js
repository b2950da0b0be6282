// The button by which this browser rings while no page is open.
"use strict";

const button = document.querySelector("[data-ringing]");
const says = document.querySelector("[data-ringing-says]");

function post(path, fields) {
  return fetch(path, { method: "POST", body: new URLSearchParams(fields) }).then((answer) => {
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  });
}

function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

async function subscription() {
  const registration = await navigator.serviceWorker.register("/ringer.js");
  return (await registration.pushManager.getSubscription()) || null;
}

async function show() {
  const on = await subscription();
  button.textContent = on ? "Ring this device no more" : "Ring this device while no page is open";
  button.hidden = false;
}

function register(made, fields) {
  const { endpoint, keys } = made.toJSON();
  return post("/devices", { endpoint, p256dh: keys.p256dh, auth: keys.auth, ...fields });
}

async function putOn() {
  const registration = await navigator.serviceWorker.ready;
  const key = await fetch("/devices/key").then((answer) => answer.text());
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  try {
    await register(made, {});
  } catch (error) {
    await made.unsubscribe();
    throw error;
  }
  says.textContent = "A test comes at once.";
}

async function takeOff(on) {
  await post("/devices/removal", { endpoint: on.endpoint });
  await on.unsubscribe();
  says.textContent = "";
}

async function press() {
  says.textContent = "";
  try {
    const on = await subscription();
    await (on ? takeOff(on) : putOn());
  } catch (error) {
    says.textContent = error.name === "NotAllowedError"
      ? "This browser does not let us: allow notifications for this page."
      : "This browser cannot be rung at the moment.";
  }
  await show();
}

if (button && "serviceWorker" in navigator && "PushManager" in window) {
  button.addEventListener("click", press);
  // The server may have forgotten it, or known it as another person's.
  subscription().then((on) => on && register(on, { again: "yes" })).then(show).catch(() => {});
}
