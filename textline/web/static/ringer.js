// What the browser keeps while no page is open: it shows an alarm, and leads to the board.
"use strict";

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(said.title || "Textline", {
    body: said.body || "An alarm waits on the board.",
    tag: said.tag || "alarm",
    data: { url: said.url || "/board" },
    icon: "/static/icon.svg",
    renotify: true,
    requireInteraction: true,
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data.url;
  event.waitUntil(self.clients.matchAll({ type: "window" }).then((pages) => {
    const open = pages.find((page) => page.url === url);
    return open ? open.focus() : self.clients.openWindow(url);
  }));
});
