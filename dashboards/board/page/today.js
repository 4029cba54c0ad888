// Today: what has been sold so far, against what is usual by now, and where the day will close.

import { drawCurve, drawCurveTable } from "./curve.js";
import { byId, el, patch } from "./dom.js";
import { equation } from "./equation.js";
import { amount, bars, comparison, figure, plural, sentence } from "./figures.js";
import { count, day, money, parts as partNames, percent, timeOfDay } from "./format.js";
import { start } from "./page.js";

let board = null;
let chosen = null; // the scope the viewer chose; null is the first currency that has sold today

const scopeOf = (curve) => (curve.store_id === null ? curve.currency : `${curve.currency} ${curve.store_id}`);

function draw(document) {
  board = document;
  drawGroups();
  drawStores();
  drawSales();
  drawPosition();
  drawScope();
}

function drawScope() {
  offerScopes();
  const curve = board.curves.find((each) => scopeOf(each) === byId("scope").value) ?? null;
  const pace = curve === null ? null : paceOf(curve);
  drawCurve(byId("curve"), curve, pace, board);
  drawCurveTable(byId("curve-table"), curve, pace, board);
  const currency = curve?.currency ?? board.groups[0]?.currency;
  drawProducts(currency);
  drawParts(currency);
}

function paceOf({ currency, store_id: storeId }) {
  const holders = storeId === null ? board.groups : board.stores;
  return holders.find((each) => each.currency === currency && (storeId === null || each.store_id === storeId))?.pace ?? null;
}

function offerScopes() {
  const select = byId("scope");
  const names = new Map(board.stores.map((store) => [store.store_id, store.name]));
  const offered = board.curves.map((curve) => [scopeOf(curve), curve.store_id === null ? `All ${curve.currency} stores` : `${names.get(curve.store_id)} (${curve.currency})`]);
  const wanted = JSON.stringify(offered);
  if (select.dataset.offered !== wanted) {
    select.dataset.offered = wanted;
    select.replaceChildren(...offered.map(([value, text]) => el("option", { value }, text)));
  }
  const known = offered.some(([value]) => value === chosen);
  const selling = board.groups.find((group) => group.orders > 0) ?? board.groups[0];
  select.value = known ? chosen : (selling?.currency ?? "");
}

function drawGroups() {
  patch(byId("groups"), board.groups.map(groupCard));
}

function groupCard(group) {
  const { currency, pace } = group;
  return el(
    "article",
    { class: "group", "data-currency": currency },
    el(
      "div",
      { class: "panel-head" },
      el("h2", {}, currency),
      el("p", { class: "quiet" }, `${plural(group.stores, "store")} · `, figure("orders", group.orders, plural(group.orders, "order"))),
    ),
    bigAmount(amount("net", group.net, currency, board, `group ${currency}`)),
    el("p", { class: "against" }, ...against(group)),
    pace === null ? null : el("p", { class: "against" }, ...closing(group)),
    pace?.target ? el("p", { class: "against" }, ...aiming(group)) : null,
    details(group),
  );
}

const quiet = (text) => el("span", { class: "quiet" }, text);

function against(group) {
  const write = (minor) => money(minor, group.currency, board.exponents[group.currency]);
  if (group.pace !== null) return [comparison(group.net, group.pace.expected), quiet(` on the ${write(group.pace.expected)} expected by now`)];
  const before = group.yesterday_by_now;
  if (before === null) return [quiet("Nothing of yesterday counted")];
  if (before <= 0) return [quiet(`Yesterday by now ${write(before)}`)];
  return [comparison(group.net, before), quiet(` on yesterday’s ${write(before)} by now`)];
}

function closing({ currency, pace, left_out: leftOut }) {
  const write = (minor) => money(minor, currency, board.exponents[currency]);
  const band = pace.low === null || pace.low === pace.high ? "" : `, in 8 of 10 days between ${write(pace.low)} and ${write(pace.high)}`;
  const without = leftOut > 0 ? ` ${plural(leftOut, "store")} without a like day counted as they stand.` : "";
  return [quiet("Closes at about "), amount("close", pace.close, currency, board), quiet(`${band}.${without}`)];
}

function aiming({ currency, pace }) {
  const chance = pace.chance_ppm === null ? "" : `, ${percent(pace.chance_ppm)} likely`;
  const risk = pace.at_risk > 0 ? `; ${money(pace.at_risk, currency, board.exponents[currency])} at risk` : "";
  return [quiet("Target "), amount("target", pace.target, currency, board), quiet(`${chance}${risk}.`)];
}

function details(group) {
  const { currency } = group;
  const optional = (name, value) => (value === null ? "–" : amount(name, value, currency, board));
  const upt = group.units_per_order_ppm;
  const items = [
    ["Average order", optional("average_order", group.average_order)],
    ["Units an order", upt === null ? "–" : figure("upt", upt, count(upt / 1e6, undefined, 2))],
    ["Discounts", amount("discounts", group.discounts, currency, board)],
    ["Reversals", amount("reversed", group.reversed, currency, board)],
  ];
  return el("dl", { class: "details" }, ...items.map(([term, value]) => el("div", {}, el("dt", { class: "quiet" }, term), el("dd", {}, value))));
}

const bigAmount = (data) => el("p", { class: data.textContent.length > 14 ? "big long" : "big" }, data);

function drawStores() {
  const seconds = board.as_of_ms / 1000;
  const order = new Map(board.groups.map((group, index) => [group.currency, index]));
  const place = (store) => order.get(store.currency) ?? order.size;
  const sorted = [...board.stores].sort((a, b) => place(a) - place(b) || b.net - a.net || a.name.localeCompare(b.name));
  patch(byId("stores"), sorted.map((store) => storeRow(store, seconds)));
}

function storeRow(store, seconds) {
  const when = [`${day(store.business_date)}, `, timeOfDay(seconds, store.zone)].map((text) => el("span", {}, text));
  const head = el("th", { scope: "row" }, el("span", { class: "name" }, store.name), el("span", { class: "under quiet" }, ...when));
  const { currency, pace } = store;
  if (currency === null) {
    return el("tr", { "data-store": store.store_id }, head, el("td", { colspan: "6", class: "quiet figure" }, "Nothing of yesterday or today counted yet"));
  }
  const cell = (size, ...content) => el("td", { class: `figure ${size}` }, ...content);
  const optional = (name, value) => (value === null || value === undefined ? "–" : amount(name, value, currency, board));
  const under = (...content) => el("span", { class: "under quiet" }, ...content);
  const usual = pace === null ? store.yesterday_by_now : pace.expected;
  const before = usual === null ? null : under(pace === null ? "yesterday " : "", amount(pace === null ? "yesterday_by_now" : "expected", usual, currency, board));
  const band = pace === null || pace.low === null || pace.low === pace.high ? null : under(amount("low", pace.low, currency, board), " – ", amount("high", pace.high, currency, board));
  return el(
    "tr",
    { "data-store": store.store_id, "data-currency": currency },
    head,
    cell("", amount("net", store.net, currency, board, `store ${store.store_id} ${currency}`), before),
    cell("", comparison(store.net, usual)),
    cell("wide", optional("close", pace?.close), band),
    cell("wide", figure("orders", store.orders, count(store.orders))),
    cell("widest", optional("average_order", store.average_order)),
    cell("widest", store.reversed === 0 ? "–" : amount("reversed", store.reversed, currency, board)),
  );
}

function drawProducts(currency) {
  const products = board.products.filter((product) => product.currency === currency);
  byId("products-of").textContent = products.length ? `${currency}, ${day(products[0].business_date)}` : "";
  const items = products.map((product) => ({ ...product, key: product.product_id, value: product.net, shown: amount("net", product.net, currency, board), note: plural(product.units, "unit") }));
  patch(byId("products"), items.length ? bars(items, { ranked: true }) : [sentence("No product sold yet today.")]);
}

function drawParts(currency) {
  byId("parts-of").textContent = currency ?? "";
  const own = (part) => part.currency === currency;
  const regions = board.regions.filter(own).map((group) => ({ key: group.region, name: group.region || "No region", net: group.net, orders: group.orders }));
  const of = (dimension) => board.parts.filter((part) => own(part) && part.dimension === dimension).map((part) => ({ ...part, name: partNames[part.key] ?? part.key }));
  const found = [["By region", regions], ["By channel", of("channel")], ["By revenue stream", of("revenue_stream")]].filter(([, items]) => items.length > 0);
  patch(byId("parts"), found.length ? found.flatMap(([title, items]) => partList(title, items, currency)) : [el("p", { class: "quiet empty" }, "Nothing sold yet today.")]);
}

function partList(title, items, currency) {
  const whole = items.reduce((sum, item) => sum + item.net, 0);
  const shown = items.map((item) => ({ key: item.key, name: item.name, value: item.net, shown: amount("net", item.net, currency, board), note: whole > 0 ? percent((item.net / whole) * 1e6) : plural(item.orders, "order") }));
  return [el("h3", {}, title), el("ul", { class: "bars" }, ...bars(shown, { most: whole }))];
}

function drawSales() {
  const items = board.sales.map(saleItem);
  patch(byId("sales"), items.length ? items : [sentence("No sale counted yet today.")]);
}

const KINDS = { "sale.completed": "Sale", "sale.refunded": "Refund", "sale.voided": "Void", "order.snapshot": "Order" };

function saleItem(sale) {
  const more = sale.products > 1 ? ` and ${plural(sale.products - 1, "other")}` : "";
  const kind = KINDS[sale.event_type] ?? sale.event_type;
  return el(
    "li",
    {},
    el("span", { class: "when quiet" }, timeOfDay(sale.occurred_ms / 1000, null)),
    el("span", { class: "name" }, sale.product ? `${sale.product}${more}` : kind),
    amount("net", sale.net, sale.currency, board),
    el("span", { class: "under quiet" }, `${kind} · ${sale.store_name} · ${(partNames[sale.channel] ?? sale.channel).toLowerCase()}`),
  );
}

function drawPosition() {
  byId("position-panel").hidden = board.position === null;
  if (board.position !== null) patch(byId("position"), equation(board.position));
}

byId("scope").addEventListener("change", (event) => {
  chosen = event.target.value;
  drawScope();
});
byId("curve-table").closest("details").addEventListener("toggle", () => board && drawScope());

start(draw, { empty: (document) => document.newest_recorded_ms === null && document.groups.length === 0 });
