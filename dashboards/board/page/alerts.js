// Alerts: what fires, by how much, what explains it; whoever has the right acknowledges and silences.

import { byId, el, patch } from "./dom.js";
import { amount } from "./figures.js";
import { moment, percent } from "./format.js";
import { send, start } from "./page.js";

const WORDS = { orders: "Orders", units: "Units an order", price: "Price a unit", discounts: "Discounts", reversals: "Reversals" };
const STATES = { firing: "Firing", acknowledged: "Acknowledged", silenced: "Silenced", resolved: "Over" };
let board = null;

function draw(document, me) {
  board = document;
  const open = board.alerts.filter((alert) => alert.state !== "resolved");
  const over = board.alerts.filter((alert) => alert.state === "resolved");
  byId("open-count").textContent = open.length ? String(open.length) : "";
  patchBut(byId("open"), open.length ? open.map((alert) => card(alert, me)) : [sentence("Nothing fires. All rules are looked at every minute while the watcher runs.")]);
  patchBut(byId("over"), over.length ? over.map((alert) => card(alert, me)) : [sentence("None.")]);
}

/** Leaves the list alone while somebody writes into one of its forms. */
function patchBut(list, cards) {
  if (!list.contains(document.activeElement) || document.activeElement.closest("form") === null) patch(list, cards);
}

const sentence = (text) => el("p", { class: "quiet empty" }, text);

function card(alert, me) {
  const { day } = alert;
  return el(
    "article",
    { class: "alert", "data-state": alert.state, "data-severity": alert.severity, "data-alert": alert.dedup_key },
    el("div", { class: "panel-head" }, el("h3", {}, alert.title), el("p", { class: "state" }, STATES[alert.state], alert.severity === "critical" ? " · critical" : "")),
    el("p", {}, alert.summary),
    el("p", { class: "quiet" }, times(alert)),
    day ? figures(alert) : null,
    alert.split ? el("div", { class: "splits" }, split("What changed", alert.split.parts, null, alert), ...alert.split.breakdowns.map((each) => split(`By ${each.dimension}`, each.rows, each.rest, alert))) : null,
    alert.links?.runbook ? el("p", {}, el("a", { href: alert.links.runbook, rel: "noreferrer" }, "Runbook")) : null,
    me.operator && alert.state !== "resolved" ? act(alert) : null,
  );
}

function times(alert) {
  const said = [`since ${moment(Date.parse(alert.started_at))}`];
  if (alert.acknowledged) said.push(`taken on by ${alert.acknowledged.by} at ${moment(Date.parse(alert.acknowledged.at))}`);
  if (alert.resolved_at) said.push(`over at ${moment(Date.parse(alert.resolved_at))}`);
  if (alert.inhibited_by) said.push("explained by another alert");
  if (alert.test) said.push("a test: nothing is wrong");
  return said.join(" · ");
}

function figures({ day, scope }) {
  if (!scope.currency) return null;
  const shown = [["Net so far", day.actual], ["Expected by now", day.expected], ["Closes at about", day.projected_close], ["Target", day.target], ["At risk", day.at_risk]].filter(([, value]) => value !== undefined && value !== null);
  const chance = day.chance === undefined || day.chance === null ? [] : [el("div", {}, el("dt", { class: "quiet" }, "Reaches its target"), el("dd", {}, percent(day.chance)))];
  return el("dl", { class: "facts" }, ...shown.map(([term, value]) => el("div", {}, el("dt", { class: "quiet" }, term), el("dd", {}, amount(term, value, scope.currency, board)))), ...chance);
}

function split(title, rows, rest, alert) {
  const { currency } = alert.scope;
  const shown = (value) => (currency ? amount("part", value, currency, board) : String(value));
  const entry = (name, value) => el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "figure" }, shown(value)));
  const body = rows.map((row) => entry(WORDS[row.name] ?? row.label ?? row.name, row.amount));
  if (rest !== null) body.push(entry("All others", rest));
  return el("table", {}, el("caption", { class: "quiet" }, title), el("tbody", {}, ...body), el("tfoot", {}, entry("Shortfall", alert.split.shortfall)));
}

function act(alert) {
  const error = el("p", { class: "error", role: "alert" });
  const id = `reason-${alert.dedup_key}`;
  const taken = alert.acknowledged ? null : el("button", { type: "button", "data-act": "acknowledge" }, "Acknowledge");
  const form = el(
    "form",
    { class: "act", "aria-label": `What to do about: ${alert.title}` },
    taken,
    el("label", { for: id }, "Silence for an hour, because"),
    el("input", { id, name: "reason", required: "", maxlength: "200", autocomplete: "off" }),
    el("button", { type: "submit" }, "Silence"),
    error,
  );
  return form;
}

byId("open").addEventListener("click", (event) => {
  if (event.target.dataset.act === "acknowledge") tell(event.target.closest("form"), "acknowledge", {});
});
byId("open").addEventListener("submit", (event) => {
  event.preventDefault();
  tell(event.target, "silence", { reason: event.target.elements.reason.value, minutes: 60 });
});

async function tell(form, what, said) {
  const key = form.closest("[data-alert]").dataset.alert;
  const refused = await send("POST", `/board/alerts/${what}`, { dedup_key: key, ...said });
  form.querySelector(".error").textContent = refused ?? "Told. It shows here once the watcher has it.";
  if (refused === null) document.activeElement?.blur();
}

start(draw);
