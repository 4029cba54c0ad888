// Customers: who comes again, what campaigns bring, and what subscriptions and contracts promise.

import { drawDays } from "./dayplot.js";
import { byId, el, patch } from "./dom.js";
import { amount, comparison, figure } from "./figures.js";
import { count, day } from "./format.js";
import { start } from "./page.js";

const MOVES = { mrr_new: "New", mrr_reactivation: "Reactivation", mrr_expansion: "Expansion", mrr_contraction: "Contraction", mrr_churn: "Churn", mrr_moved: "To or from elsewhere" };
let board = null;

function draw(document) {
  board = document;
  drawAgain();
  patch(byId("campaigns"), board.campaigns.length ? board.campaigns.map(campaignRow) : [el("tr", {}, el("td", { colspan: 5, class: "quiet" }, "No sale of today, or of like days, names a campaign."))]);
  panels(byId("recurring"), board.recurring, recurringParts, (found) => ({ kind: "line", days: found.days }));
  panels(byId("contracts"), board.contracts, contractParts, (found) => ({ kind: "bar", today: found.today, days: found.days.map(([date, , recognised]) => [date, recognised]) }));
}

const number = (value, digits = 0) => (value === null ? "–" : count(value, undefined, digits));
const share = (value) => (value === null ? "–" : new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 }).format(value));
const cell = (...content) => el("td", { class: "figure" }, ...content);
const under = (...content) => el("span", { class: "under quiet" }, ...content);
const facts = (found) => found.map(([term, value]) => el("div", {}, el("dt", { class: "quiet" }, term), el("dd", {}, value)));

function drawAgain() {
  const { customers, new_customers: fresh, returning_customers: returning, repeat_rate: rate, days_between_orders: between } = board.customers;
  const told = [
    ["Customers", figure("customers", customers, count(customers), "customers")],
    ["New", figure("new_customers", fresh, count(fresh), "new_customers")],
    ["Returning", figure("returning_customers", returning, count(returning), "returning_customers")],
    ["Repeat rate", share(rate)],
    ["Days between orders", number(between, 1)],
  ];
  const none = el("p", { class: "quiet" }, "No sale of these days names a customer.");
  patch(byId("again"), customers ? facts(told) : [el("div", {}, none)]);
}

function campaignRow(found) {
  const { currency, net, usual_net: usual } = found;
  return el(
    "tr",
    { "data-campaign": found.campaign, "data-currency": currency },
    el("th", { scope: "row" }, found.campaign),
    cell(amount("net", net, currency, board, `campaign ${currency} ${found.campaign}`), usual === null ? null : under(amount("usual_net", usual, currency, board))),
    cell(usual === null ? "–" : comparison(net, usual)),
    cell(figure("orders", found.orders, count(found.orders)), found.usual_orders === null ? null : under(number(found.usual_orders, found.usual_orders % 1 ? 1 : 0))),
    cell(figure("sales", found.sales, count(found.sales))),
  );
}

/** One panel for each currency, in place: a plot keeps its canvas for as long as its currency is there. */
function panels(parent, found, parts, plot) {
  for (const panel of [...parent.children]) if (!found.some((each) => each.currency === panel.dataset.currency)) panel.remove();
  found.forEach((each, index) => {
    let panel = parent.querySelector(`[data-currency="${each.currency}"]`);
    if (panel === null) {
      panel = el("article", { class: "panel", "data-currency": each.currency }, el("div"), el("div", { class: "plot" }), el("div"));
      parent.insertBefore(panel, parent.children[index] ?? null);
    }
    const [above, canvas, below] = panel.children;
    const told = parts(each);
    patch(above, told.above);
    drawDays(canvas, { ...plot(each), currency: each.currency, digits: board.exponents[each.currency] });
    patch(below, told.below);
  });
}

function recurringParts(found) {
  const { currency } = found;
  const told = [
    ["Now", amount("mrr", found.mrr, currency, board, `mrr ${currency}`)],
    ["Subscribers", figure("subscribers", found.subscribers, count(found.subscribers), `subscribers ${currency}`)],
    ["Churn rate, 30 days", share(found.churn_rate)],
  ];
  const lines = [["30 days ago", "before", found.before], ...Object.entries(MOVES).filter(([move]) => move !== "mrr_moved" || found.moves[move]).map(([move, name]) => [name, move, found.moves[move]]), ["Now", "mrr", found.mrr]];
  const account = lines.map(([name, kind, value]) => el("tr", {}, el("th", { scope: "row" }, name), cell(amount(kind, value, currency, board))));
  return {
    above: [heading(`Monthly recurring revenue, ${currency}`, "90 days"), el("dl", { class: "facts" }, ...facts(told))],
    below: [el("table", { class: "account" }, el("caption", { class: "unseen" }, `What moved monthly recurring revenue in ${currency} over 30 days`), el("tbody", {}, ...account))],
  };
}

function contractParts(found) {
  const { currency } = found;
  const told = [
    ["Won, 28 days", amount("won", found.won, currency, board, `won ${currency}`)],
    ["Recognised, 28 days", amount("recognised", found.recognised, currency, board)],
    ["Recognised today", amount("recognised_today", found.recognised_today, currency, board)],
    ["Next 30 days", amount("ahead", found.ahead, currency, board)],
  ];
  return {
    above: [heading(`Contract revenue, ${currency}`, "recognised by day, and to come"), el("dl", { class: "facts" }, ...facts(told))],
    below: [dayTable(found)],
  };
}

const heading = (title, said) => el("div", { class: "panel-head" }, el("h2", {}, title), el("p", { class: "quiet" }, said));

/** From today backwards, and then what is to come. */
function dayTable({ currency, days, today }) {
  const until = days.filter(([date]) => date <= today).reverse();
  const rows = [...until, ...days.filter(([date]) => date > today)].map(([date, won, recognised]) => el("tr", { "data-date": date }, el("th", { scope: "row" }, day(date)), cell(won ? amount("won", won, currency, board) : "–"), cell(amount("recognised", recognised, currency, board))));
  const head = el("tr", {}, ...["Day", "Won", "Recognised"].map((text, place) => el("th", { scope: "col", class: place ? "figure" : null }, text)));
  const label = `Contracts in ${currency} by day`;
  return el("div", { class: "scroll days", tabindex: "0", role: "region", "aria-label": label }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

start(draw);
