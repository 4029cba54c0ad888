// How far the figures can be trusted, in a sentence. The notice is read out when it changes; the seconds are not.

import { byId } from "./dom.js";
import { clockTime, duration } from "./format.js";

export const STALE_SECONDS = 60;

/** What is to be said. `state` has newestMs, serverNowMs, trouble, lost, receivedMs (viewer's clock), stores,
    `filling`: a past is still being published, and `older`: none of yesterday's and today's sales has been counted. */
export function judge(state) {
  const shown = state.receivedMs ? `What you see is from ${clockTime(state.receivedMs)}. ` : "";
  if (state.lost) {
    return { kind: "lost", short: "Not connected", notice: `No connection to Daybook. ${shown}Trying again.` };
  }
  if (state.trouble) {
    return { kind: "trouble", short: "Cannot be read", notice: `The figures cannot be read at the moment. ${shown}Trying again; the cause is in Daybook’s log.` };
  }
  if (!state.receivedMs) return { kind: "connecting", short: "Connecting…", notice: "" };
  if (state.stores === 0) {
    return { kind: "empty", short: "No stores", notice: "No stores: the stores file names none." };
  }
  if (state.filling) {
    return { kind: "past", short: "The past is loading", notice: "The past is still being loaded: figures grow, and comparisons say little until it is in." };
  }
  if (state.newestMs === null) {
    return { kind: "empty", short: "No data yet", notice: "No data: no sale has been counted yet. The page fills by itself with the first one." };
  }
  const age = (state.serverNowMs - state.newestMs) / 1000;
  if (age >= STALE_SECONDS) {
    return { kind: "stale", short: `Stale: newest sale ${duration(age)} ago`, notice: "Stale: nothing new has been counted for over a minute. Either no store is selling, or events do not arrive: see the gateway and the worker." };
  }
  if (state.older) {
    return { kind: "past", short: "The past is loading", notice: "Nothing of yesterday or today has been counted yet: what comes in at the moment is older, as while a past is being loaded. The page fills by itself." };
  }
  return { kind: "live", short: `Live: newest sale ${duration(age)} ago`, notice: "" };
}

/** Puts the judgement on the page. */
export function show(judgement) {
  const pill = byId("freshness");
  pill.dataset.state = judgement.kind;
  pill.textContent = judgement.short;
  const notice = byId("notice");
  if (notice.textContent !== judgement.notice) notice.textContent = judgement.notice;
  notice.hidden = judgement.notice === "";
  notice.dataset.state = judgement.kind;
}
