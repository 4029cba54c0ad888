// Trust: how fresh the figures are, what became of every event, and what is still moving.

import { byId, el, patch } from "./dom.js";
import { equation } from "./equation.js";
import { amount, figure, plural } from "./figures.js";
import { count, day, duration, moment } from "./format.js";
import { start } from "./page.js";

let board = null;

function draw(document) {
  board = document;
  drawFresh();
  for (const [id, part] of [["position-panel", board.position], ["check-panel", board.check], ["dead-panel", board.dead_letters]]) byId(id).hidden = part === null;
  if (board.position !== null) patch(byId("position"), equation(board.position));
  if (board.check !== null) drawCheck();
  patch(byId("days"), rows(board.days.map(dayRow), 5, "No sales on the last days."));
  if (board.dead_letters !== null) patch(byId("dead"), rows(board.dead_letters.map(deadRow), 5, "None: everything that came could be read and counted."));
  patch(byId("late"), rows(board.late.map(lateRow), 4, "None in the last three days."));
}

const rows = (found, columns, sentence) => (found.length ? found : [el("tr", {}, el("td", { colspan: columns, class: "quiet" }, sentence))]);
const cell = (...content) => el("td", { class: "figure" }, ...content);

function drawFresh() {
  const age = (ms) => duration((board.as_of_ms - ms) / 1000);
  const facts = [];
  if (board.newest_recorded_ms !== null) facts.push(["Newest event in the totals", `${age(board.newest_recorded_ms)} old`]);
  if (board.waiting !== null) facts.push(["Written and not counted yet", figure("waiting", board.waiting, plural(board.waiting, "event"))]);
  if (board.delays !== null) facts.push(["From the sale to the log, last hour", `half within ${duration(board.delays.median)}, 19 of 20 within ${duration(board.delays.p95)}`]);
  if (board.newest_written_ms !== null) facts.push(["Newest event received", moment(board.newest_written_ms)]);
  patch(byId("fresh"), facts.map(([term, value]) => el("div", {}, el("dt", { class: "quiet" }, term), el("dd", {}, value))));
}

function drawCheck() {
  const { differences, dates, at_ms: at } = board.check;
  const asked = `${dates.map((date) => day(date)).join(" and ")}, at ${moment(at)}`;
  const said = differences === null ? `Totals kept changing: there was no quiet moment to compare (${asked}).` : differences === 0 ? `They agree in every measure and dimension (${asked}).` : `They differ in ${plural(differences, "figure")} (${asked}). Run “daybook reconcile” and see the runbook.`;
  const state = differences === null ? "unknown" : differences === 0 ? "good" : "bad";
  patch(byId("check"), [el("span", { class: "verdict", "data-state": state }, { good: "✓ ", bad: "✗ ", unknown: "… " }[state]), said]);
}

function dayRow(entry) {
  const state = entry.closed === entry.stores ? "closed" : entry.closed === 0 ? "provisional" : `closed at ${entry.closed} of ${plural(entry.stores, "store")}`;
  const since = entry.closed === 0 ? "–" : entry.since === 0 ? "unchanged" : [entry.since > 0 ? "+" : "", amount("since", entry.since, entry.currency, board)];
  return el(
    "tr",
    { "data-date": entry.business_date, "data-currency": entry.currency },
    el("th", { scope: "row" }, `${day(entry.business_date)} `, el("span", { class: "quiet" }, entry.currency)),
    el("td", {}, state),
    cell(amount("net", entry.net, entry.currency, board)),
    cell(...[since].flat()),
    cell(figure("restatements", entry.restatements, count(entry.restatements))),
  );
}

function deadRow(letters) {
  return el(
    "tr",
    { "data-reason": letters.reason },
    el("th", { scope: "row" }, el("code", {}, letters.reason)),
    el("td", {}, letters.source || "not known"),
    cell(figure("count", letters.count, count(letters.count))),
    cell(count(letters.replayable)),
    cell(moment(letters.newest_ms)),
  );
}

function lateRow(late) {
  return el(
    "tr",
    { "data-store": late.store_id },
    el("th", { scope: "row" }, board.names[late.store_id] ?? late.store_id),
    cell(figure("events", late.events, count(late.events))),
    cell(amount("net", late.net, late.currency, board)),
    cell(duration(late.longest_seconds)),
  );
}

start(draw);
