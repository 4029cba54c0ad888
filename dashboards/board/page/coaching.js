// Coaching: who is behind their own past or target, in what, and what managers noted.

import { byId, el, patch } from "./dom.js";
import { amount, plural } from "./figures.js";
import { day, moment } from "./format.js";
import { send, start } from "./page.js";

const PARTS = [["Orders", "orders"], ["Basket", "basket"], ["Discounts", "discounts"], ["Returns", "returns"]];
const LONGEST = 6;
let board = null;

function draw(document, me) {
  board = document;
  const list = byId("coaching");
  byId("coaching-count").textContent = board.coaching.length ? String(board.coaching.length) : "";
  const cards = board.coaching.map((each) => card(each, me));
  // Whoever writes a note is not disturbed.
  if (window.document.activeElement?.closest("form") && list.contains(window.document.activeElement)) return;
  patch(list, cards.length ? cards : [el("p", { class: "quiet empty" }, "Nobody is behind. It takes four complete weeks before anybody can be.")]);
}

function card(each, me) {
  const { behind } = each;
  const weeks = behind ? (behind.weeks >= LONGEST ? `${LONGEST} weeks or more` : plural(behind.weeks, "week")) : "not behind now";
  return el(
    "article",
    { class: "coached", "data-who": each.who, "data-key": each.key, "data-currency": each.currency },
    el("div", { class: "panel-head" }, el("h3", {}, board.names[each.key]), el("p", { class: "quiet" }, each.listed ? `${weeks} · on the list` : weeks)),
    behind ? figures(behind, each.currency) : null,
    each.notes?.length ? el("ul", {}, ...each.notes.map((note) => el("li", {}, el("span", { class: "quiet" }, `${moment(Date.parse(note.at))}, ${note.by}: `), note.text))) : null,
    me.operator ? form(each) : null,
  );
}

function figures(behind, currency) {
  const facts = [[`Week from ${day(behind.week)}`, behind.actual], ["Usual week", behind.usual], ["Target", behind.target], ...PARTS.map(([term, name]) => [`By ${term.toLowerCase()}`, behind[name]])];
  return el("dl", { class: "facts" }, ...facts.filter(([, value]) => value !== undefined && value !== null).map(([term, value]) => el("div", {}, el("dt", { class: "quiet" }, term), el("dd", {}, amount(term, value, currency, board)))));
}

function form(each) {
  const id = `note-${each.who}-${each.key}-${each.currency}`;
  return el(
    "form",
    { "aria-label": `A note about ${board.names[each.key]}` },
    el("label", { for: id }, "Note"),
    el("input", { id, name: "text", required: "", maxlength: "200", autocomplete: "off" }),
    el("button", { type: "submit" }, "Note it"),
    el("p", { class: "error", role: "alert" }),
  );
}

byId("coaching").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { who, key, currency } = event.target.closest("[data-key]").dataset;
  const refused = await send("POST", "/board/coaching/note", { who, key, currency, text: event.target.elements.text.value });
  event.target.querySelector(".error").textContent = refused ?? "Noted. It shows here once the watcher has it.";
  if (refused === null) {
    event.target.reset();
    document.activeElement?.blur();
  }
});

start(draw);
