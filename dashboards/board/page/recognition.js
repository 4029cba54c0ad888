// Recognition: what was earned, what people gave each other, and the month's points.

import { byId, el, patch } from "./dom.js";
import { amount, figure, plural, sentence } from "./figures.js";
import { count, day } from "./format.js";
import { start } from "./page.js";

const STATES = { pending: "pending", confirmed: "confirmed" };
let board = null;

function draw(document, me) {
  board = document;
  byId("awards-count").textContent = board.awards.length ? plural(board.awards.length, "award") : "";
  const nothing = me.role === "own" ? "You have no award yet in the last month." : "Nothing has been given yet that everyone may see.";
  patch(byId("awards"), board.awards.length ? board.awards.map(award) : [sentence(nothing)]);
  const programmes = [...new Set(board.points.map((each) => each.programme_id))];
  patch(byId("points"), programmes.map((name) => points(board.points.filter((each) => each.programme_id === name))));
}

const said = ({ first, last }) => (first === last ? day(first) : `${day(first)} to ${day(last)}`);

function award(each) {
  const worth = each.prize === "money" || each.prize === "gift_card";
  return el(
    "li",
    { "data-award": each.award_id, "data-status": each.status },
    el("span", { class: "name" }, each.name),
    el("span", { class: "given" }, worth ? amount("worth", each.quantity, each.currency, board, each.award_id) : null, worth ? " " : null, each.label ?? ""),
    el("span", { class: "quiet" }, each.title === each.label ? said(each) : `${each.title}, ${said(each)}`),
    el("span", { class: "quiet" }, each.how === "hand" ? `from ${each.given_by}` : STATES[each.status]),
    each.given_for ? el("p", { class: "why" }, each.given_for) : null,
  );
}

function points(rows) {
  return el(
    "section",
    { class: "panel points", "aria-label": rows[0].title },
    el("div", { class: "panel-head" }, el("h2", {}, rows[0].title), el("p", { class: "quiet" }, "this month")),
    el("ol", {}, ...rows.map((row) => el("li", { "data-key": row.key }, el("span", { class: "name" }, row.name), figure("points", row.confirmed + row.pending, count(row.confirmed + row.pending), `${row.programme_id} ${row.key}`), el("span", { class: "quiet" }, row.pending ? `${count(row.pending)} pending` : "confirmed")))),
  );
}

start(draw);
