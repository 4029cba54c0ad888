// The panels, each drawn anew from the document. A figure that has changed since the last time lights up shortly.

import { byId, el, patch } from "./dom.js";
import { change, count, day, money, timeOfDay } from "./format.js";

const lastValues = new Map();

/** A figure: its exact value for machines, its text for people. */
function figure(name, value, text, key = null) {
  const changed = key !== null && lastValues.has(key) && lastValues.get(key) !== value;
  if (key !== null) lastValues.set(key, value);
  return el("data", { value, "data-figure": name, class: changed ? "changed" : null }, text);
}

function amount(name, minor, currency, board, key = null) {
  return figure(name, minor, money(minor, currency, board.exponents[currency]), key);
}

function comparison(now, before) {
  const found = change(now, before);
  if (found === null) return el("span", { class: "quiet" }, before === null ? "new" : "–");
  const [arrow, word] = { "-1": ["▼", "down"], 0: ["=", "same"], 1: ["▲", "up"] }[found.sign];
  return el("span", { class: `change ${word}` }, el("span", { "aria-hidden": "true" }, `${arrow} `), found.text);
}

export function drawGroups(board) {
  patch(byId("groups"), board.groups.map((group) => groupCard(group, board)));
}

function groupCard(group, board) {
  const { currency } = group;
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
    el("p", { class: "against" }, ...against(group, board)),
  );
}

function against(group, board) {
  const before = group.yesterday_by_now;
  const quiet = (text) => el("span", { class: "quiet" }, text);
  if (before === null) return [quiet("No sales yesterday")];
  const amountBefore = money(before, group.currency, board.exponents[group.currency]);
  if (before <= 0) return [quiet(`Yesterday by now ${amountBefore}`)];
  return [comparison(group.net, before), quiet(` on yesterday’s ${amountBefore} by now`)];
}

const bigAmount = (data) => el("p", { class: data.textContent.length > 14 ? "big long" : "big" }, data);

const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

export function drawStores(board) {
  const seconds = board.as_of_ms / 1000;
  const order = new Map(board.groups.map((group, index) => [group.currency, index]));
  const place = (store) => order.get(store.currency) ?? order.size;
  const sorted = [...board.stores].sort((a, b) => place(a) - place(b) || b.net - a.net || a.name.localeCompare(b.name));
  patch(byId("stores"), sorted.map((store) => storeRow(store, board, seconds)));
}

function storeRow(store, board, seconds) {
  const when = [`${day(store.business_date)}, `, timeOfDay(seconds, store.zone)].map((text) => el("span", {}, text));
  const head = el("th", { scope: "row" }, el("span", { class: "name" }, store.name), el("span", { class: "under quiet" }, ...when));
  const { currency } = store;
  if (currency === null) {
    return el("tr", { "data-store": store.store_id }, head, el("td", { colspan: "5", class: "quiet figure" }, "No sales yesterday or today"));
  }
  const key = `store ${store.store_id} ${currency}`;
  const cell = (size, ...content) => el("td", { class: `figure ${size}` }, ...content);
  const optional = (name, value) => (value === null ? "–" : amount(name, value, currency, board));
  const before = store.yesterday_by_now === null ? null : el("span", { class: "under quiet" }, optional("yesterday_by_now", store.yesterday_by_now));
  return el(
    "tr",
    { "data-store": store.store_id, "data-currency": currency },
    head,
    cell("", amount("net", store.net, currency, board, key), before),
    cell("", comparison(store.net, store.yesterday_by_now)),
    cell("wide", figure("orders", store.orders, count(store.orders))),
    cell("wide", optional("average_order", store.average_order)),
    cell("widest", store.reversed === 0 ? "–" : amount("reversed", store.reversed, currency, board)),
  );
}

export function drawProducts(board, currency) {
  const products = board.products.filter((product) => product.currency === currency);
  byId("products-of").textContent = products.length ? `${currency}, ${day(products[0].business_date)}` : "";
  const most = Math.max(1, ...products.map((product) => product.net));
  const items = products.map((product) => productItem(product, most, board));
  patch(byId("products"), items.length ? items : [sentence("No product sold yet today.")]);
}

function productItem(product, most, board) {
  const bar = el("meter", { min: 0, max: most, value: product.net, "aria-hidden": "true" });
  return el(
    "li",
    { value: product.rank, "data-product": product.product_id },
    el("span", { class: "rank", "aria-hidden": "true" }, String(product.rank)),
    el("span", { class: "name" }, product.name),
    amount("net", product.net, product.currency, board),
    bar,
    el("span", { class: "quiet" }, plural(product.units, "unit")),
  );
}

export function drawSales(board) {
  const items = board.sales.map((sale) => saleItem(sale, board));
  patch(byId("sales"), items.length ? items : [sentence("No sale counted yet today.")]);
}

const KINDS = { "sale.completed": "Sale", "sale.refunded": "Refund", "sale.voided": "Void", "order.snapshot": "Order" };
const CHANNELS = { pos: "till", ecommerce: "web", marketplace: "marketplace", phone: "phone", crm: "CRM" };

function saleItem(sale, board) {
  const more = sale.products > 1 ? ` and ${plural(sale.products - 1, "other")}` : "";
  const kind = KINDS[sale.event_type] ?? sale.event_type;
  return el(
    "li",
    {},
    el("span", { class: "when quiet" }, timeOfDay(sale.occurred_ms / 1000, null)),
    el("span", { class: "name" }, sale.product ? `${sale.product}${more}` : kind),
    amount("net", sale.net, sale.currency, board),
    el("span", { class: "under quiet" }, `${kind} · ${sale.store_name} · ${CHANNELS[sale.channel] ?? sale.channel}`),
  );
}

const sentence = (text) => el("li", { class: "quiet empty" }, text);

export function drawPosition(board) {
  const { received, counted, duplicates, dead } = board.position;
  const adds = received === counted + duplicates + dead;
  const term = (sign, name, value, label) =>
    el("div", { class: `term ${name}` }, el("span", { class: "sign" }, sign), el("p", {}, figure(name, value, count(value), `position ${name}`), el("span", { class: "quiet" }, label)));
  const terms = [
    term("", "received", received, "received"),
    term(adds ? "=" : "≠", "counted", counted, "counted"),
    term("+", "duplicates", duplicates, "duplicates"),
    term("+", "dead", dead, "dead letters"),
  ];
  if (!adds) terms.push(el("p", { class: "notice", "data-state": "trouble" }, "The sum does not add up: this must not happen. Run “daybook reconcile”."));
  patch(byId("position"), terms);
}
