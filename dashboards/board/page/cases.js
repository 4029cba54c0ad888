// Cases: what moved in the hours of a shortfall, what was looked at, and what is done about it.

import { byId, el, patch } from "./dom.js";
import { amount } from "./figures.js";
import { moment } from "./format.js";
import { send, start } from "./page.js";

const KINDS = {
  payment_failures: "Payments that failed", terminal_faults: "Faults of terminals", site_errors: "Errors of the site",
  enquiries_opened: "Enquiries", nps_detractors: "Detractors", unsatisfied: "Unsatisfied customers",
  sentiment: "How reviews sound", sessions: "Visits", silent_till: "Signs of life of tills", stock_out: "Out of stock",
  promotion: "Promotion", closed_stores: "Closed stores", data_problem: "Trouble with data",
  funnel_product_views: "Visits that go on to a product", funnel_carts: "Views that go on to a cart",
  funnel_checkouts: "Carts that go on to checkout", funnel_purchases: "Checkouts that go on to a purchase",
};
const DIVIDED = { thousandths: [10, " %"], millionths: [1e6, ""], minutes: [1, " min"], count: [1, ""] };
let board = null;

function draw(document, me) {
  board = document;
  const of = (state, kind) => board.cases.filter((one) => one.state === state && (kind === undefined || one.kind === kind));
  const [open, tracked, closed] = [of("open", "shortfall"), of("open", "tracking"), of("closed")];
  byId("open-count").textContent = open.length ? String(open.length) : "";
  fill("open", open, me, "No case is open. A shortfall opens one by itself.");
  fill("tracked", tracked, me, "Nobody says that anything is wrong.");
  fill("closed", closed, me, "None.");
}

/** Leaves a list alone while somebody writes into one of its forms. */
function fill(id, cases, me, nothing) {
  const list = byId(id);
  if (list.contains(document.activeElement) && document.activeElement.closest("form")) return;
  patch(list, cases.length ? cases.map((one) => card(one, me)) : [el("p", { class: "quiet empty" }, nothing)]);
}

const words = (text) => text.replaceAll("_", " ");

function card(one, me) {
  return el(
    "article",
    { class: "case", "data-state": one.state, "data-case": one.case_id },
    el("div", { class: "panel-head" }, el("h3", {}, one.title), el("p", { class: "quiet" }, one.case_id)),
    el("p", { class: "quiet" }, about(one)),
    money(one),
    one.evidence.length ? evidence(one) : null,
    one.kind === "shortfall" ? checklist(one) : null,
    one.notes.length + one.actions.length ? work(one) : null,
    me.operator ? act(one) : null,
  );
}

function about(one) {
  const said = [`${moment(Date.parse(one.window_start))} to ${moment(Date.parse(one.window_end))}`];
  if (one.about) said.splice(0, 1, `the ${one.about.thing} ${one.about.name}${one.about.board ? ` on ${one.about.board}` : ""}, said by ${one.opened_by}`);
  said.push(one.owner ? `owned by ${one.owner}` : "owned by nobody yet");
  if (one.cause) said.push(`cause: ${words(one.cause)}`);
  if (one.closed_at) said.push(`closed by ${one.closed_by} at ${moment(Date.parse(one.closed_at))}`);
  return said.join(" · ");
}

function money(one) {
  const { currency } = one.scope;
  const shown = [["The whole day against usual", one.outcome], ["Missing when it was opened", one.shortfall]].filter(([, value]) => value !== undefined && value !== null);
  if (!currency || shown.length === 0) return null;
  return el("p", {}, shown.flatMap(([term, value], place) => [place ? " · " : "", `${term}: `, amount(term, value, currency, board)]).reduce((line, part) => (line.append(part), line), el("span")));
}

function figure(value, unit) {
  const [by, after] = DIVIDED[unit] ?? [1, ""];
  return `${(value / by).toLocaleString("en", { maximumFractionDigits: 1 })}${after}`;
}

function evidence(one) {
  const rows = one.evidence.map((each) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, `${KINDS[each.kind] ?? words(each.kind)}${each.label ? `: ${each.label}` : ""}`),
      el("td", { class: "figure" }, figure(each.value, each.unit)),
      el("td", { class: "figure" }, figure(each.usual, each.unit)),
      el("td", { class: "figure" }, (each.unusual / 1000).toFixed(1)),
      el("td", { class: "figure" }, each.accounts_for == null ? "" : `${Math.round(each.accounts_for / 10)} %`),
      el("td", {}, words(each.points_to)),
    ),
  );
  const head = ["Evidence", "Then", "Usually", "Times the spread", "Explains up to", "Points to"].map((name) => el("th", { scope: "col" }, name));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Evidence of ${one.title}` }, el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
}

function checklist(one) {
  const looked = new Map(one.checks.map((check) => [check.item, check]));
  const items = board.checklist.map((item) => {
    const check = looked.get(item);
    return el("li", { "data-looked": check ? "yes" : "no" }, check ? `${words(item)}: ${check.finding}` : words(item));
  });
  return el("ul", { class: "checklist", "aria-label": "Checklist" }, ...items);
}

function work(one) {
  const notes = one.notes.map((note) => el("li", {}, `${moment(Date.parse(note.at))} ${note.by}: ${note.text}`));
  const actions = one.actions.map((action) => el("li", {}, `${action.done_at ? "Done" : `Until ${action.due}`}, ${action.owner}: ${action.text} (${action.action_id})`));
  return el("ul", { class: "notes" }, ...notes, ...actions);
}

function act(one) {
  const name = (field) => `${field}-${one.case_id}`;
  const option = (value, text) => el("option", { value }, text);
  const deeds = one.state === "closed" ? [option("reopen", "Open it again")] : [
    option("note", "Note"), option("owner", "Owner is"), ...(one.kind === "shortfall" ? board.checklist.map((item) => option(`check ${item}`, `Checked ${words(item)}`)) : []),
    option("action", "To be done (by me, in a week)"), option("done", "Done is the action (its id)"), option("close", "Close, the cause is"),
  ];
  return el(
    "form",
    { class: "act", "aria-label": `What to do about: ${one.title}` },
    el("label", { for: name("deed") }, "Say"),
    el("select", { id: name("deed"), name: "deed" }, ...deeds),
    one.state === "closed" ? null : el("input", { name: "text", "aria-label": "What", maxlength: "200", autocomplete: "off" }),
    one.state === "closed" ? null : el("select", { name: "cause", "aria-label": "Cause, to close with" }, ...board.causes.map((cause) => option(cause, words(cause)))),
    el("button", { type: "submit" }, "Tell"),
    el("p", { class: "error", role: "alert" }),
  );
}

function deed(form) {
  const chosen = form.elements.deed.value;
  const text = form.elements.text?.value;
  if (chosen === "reopen") return { reopen: true };
  if (chosen === "close") return { close: true, cause: form.elements.cause.value };
  if (chosen.startsWith("check ")) return { item: chosen.slice(6), finding: text };
  if (chosen === "action") return { action: text, due: new Date(board.as_of_ms + 7 * 864e5).toISOString().slice(0, 10) };
  return { [chosen]: text };
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const one = form.closest("[data-case]");
  if (!one && form.id !== "report") return;
  event.preventDefault();
  const refused = one ? await send("POST", "/board/cases/act", { case_id: one.dataset.case, ...deed(form) }) : await report(form);
  form.querySelector(".error").textContent = refused ?? "Told. It shows here once the watcher has it.";
  if (refused === null) document.activeElement?.blur();
});

function report(form) {
  const { thing, which, said } = form.elements;
  const seen = new URLSearchParams(location.search).get("board");
  const told = { thing: thing.value, name: which.value, ...(seen ? { board: seen } : {}) };
  return send("POST", "/board/cases/report", { title: said.value, about: told });
}

start(draw);
