// What all views share: who looks, the stream, the clock, and how fresh the figures are.

import { byId } from "./dom.js";
import { clockTime } from "./format.js";
import { judge, show } from "./freshness.js";
import { follow } from "./stream.js";

export const view = document.body.dataset.view;

/**
 * Starts a view. `draw(document, me)` puts a new state on the page; `empty(document)` says, if given, that there is
 * nothing to be shown yet.
 */
export async function start(draw, { empty = () => false } = {}) {
  showWhere();
  const me = await whoLooks();
  if (me === null) return;
  const state = { newestMs: null, aheadMs: 0, trouble: false, lost: false, receivedMs: null, stores: null, filling: false, older: false };
  const tick = () => {
    show(judge({ ...state, serverNowMs: Date.now() + state.aheadMs }));
    byId("clock").textContent = clockTime(Date.now() + state.aheadMs);
  };
  follow(`/board/${view}/stream`, {
    board(document) {
      // Ages are counted on the server's clock: the viewer's may be wrong.
      Object.assign(state, { newestMs: document.newest_recorded_ms, aheadMs: document.as_of_ms - Date.now(), receivedMs: Date.now(), stores: document.stores?.length ?? null, filling: document.filling === true, older: document.groups?.length === 0, trouble: false });
      const nothing = empty(document);
      byId("board").hidden = nothing;
      if (!nothing) draw(document, me);
      tick();
    },
    trouble() {
      state.trouble = true;
      tick();
    },
    alive() {
      state.lost = false;
    },
    lost() {
      state.lost = true;
      tick();
    },
    async refused() {
      if ((await fetch("/board/me.json")).status === 401) location.reload();
    },
  });
  setInterval(tick, 1000);
  tick();
}

/** Sends a change to the server; null, or the sentence that says why it was refused. */
export async function send(method, path, body) {
  try {
    const answer = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body) });
    if (answer.ok) return null;
    const told = await answer.json().catch(() => ({}));
    return typeof told.detail === "string" ? told.detail : "That was refused.";
  } catch {
    return "No connection to Daybook.";
  }
}

function showWhere() {
  for (const link of document.querySelectorAll("nav a")) if (link.dataset.to === view) link.setAttribute("aria-current", "page");
}

async function whoLooks() {
  let answer = null;
  while (answer === null) {
    answer = await fetch("/board/me.json").catch(() => null);
    if (answer === null || answer.status >= 500) {
      answer = null;
      show(judge({ lost: true, receivedMs: null }));
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
  if (answer.status === 401) return askForKey();
  const me = await answer.json();
  if (!me.views.includes(view)) {
    location.replace(`/${me.views[0]}`);
    return null;
  }
  for (const link of document.querySelectorAll("nav a")) link.parentElement.hidden = !me.views.includes(link.dataset.to);
  offerKey(me);
  return me;
}

function offerKey(me) {
  byId("name").textContent = me.entered ? me.name : "";
  const button = byId("key");
  button.hidden = !me.keys;
  button.textContent = me.entered ? "Leave" : "Enter a key";
  button.addEventListener("click", async () => {
    if (!me.entered) return askForKey();
    await send("DELETE", "/board/session");
    location.reload();
    return null;
  });
}

function askForKey() {
  byId("board").hidden = true;
  byId("freshness").hidden = true;
  byId("entry").hidden = false;
  document.querySelector("nav").hidden = true;
  byId("entry-key").focus();
  byId("entry-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const refused = await send("POST", "/board/session", { key: byId("entry-key").value.trim() });
    byId("entry-key").value = "";
    if (refused === null) location.reload();
    else byId("entry-error").textContent = refused;
  });
  return null;
}
