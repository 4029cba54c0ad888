// Signals: what customers and systems say beside what is bought.

import { byId, el, patch } from "./dom.js";
import { amount, figure, plural } from "./figures.js";
import { count, duration } from "./format.js";
import { start } from "./page.js";

const TOPICS = { billing: "Billing", customer_service: "Customer service", technical: "Technical", delivery: "Delivery", product: "Product", other: "Other" };
const BEST = { "staff deals_won": "Deals won", "staff csat": "CSAT of people", "store conversion": "Conversion of stores", "store csat": "CSAT of stores", "store nps": "NPS of stores", "store answer_minutes": "To the answer" };
const SHOWN = 3;
let board = null;

function draw(document) {
  board = document;
  drawNow();
  patch(byId("funnel"), rows(board.funnel.some((step) => step.reached_step > 0) ? board.funnel.map(stepRow) : [], 4, "No sessions yet today."));
  patch(byId("technical"), rows(board.technical.slice(0, 12).map(technicalRow), 4, "Nothing failed, and nothing usually does."));
  patch(byId("topics"), rows(board.topics.map(topicRow), 8, "No enquiries and no answers yet."));
  patch(byId("tills"), rows(board.tills.map(tillRow), 3, "No till gives signs of life."));
  const ranked = Object.keys(BEST).filter((kind) => board.best.some((place) => `${place.by} ${place.measure}` === kind));
  patch(byId("best"), rows(ranked.map(bestRow), 1 + SHOWN, "Nobody is ranked by signals yet."));
  patch(byId("revenue"), rows(board.revenue.map(revenueRow), 7, "No deals and no subscriptions are known."));
}

const rows = (found, columns, sentence) => (found.length ? found : [el("tr", {}, el("td", { colspan: columns, class: "quiet" }, sentence))]);
const cell = (...content) => el("td", { class: "figure" }, ...content);
const share = (value) => (value === null ? "–" : new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 }).format(value));
const number = (value, digits = 0) => (value === null ? "–" : new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(value));

function drawNow() {
  const now = board.now;
  const facts = [
    ["Sessions", figure("sessions", now.sessions, count(now.sessions), "sessions")],
    ["Conversion", share(now.conversion)],
    ["Carts left", share(now.cart_abandonment)],
    [`CSAT of ${plural(now.csat_answers, "answer")}`, share(now.csat)],
    [`NPS of ${plural(now.nps_answers, "answer")}`, number(now.nps)],
    [`Sentiment of ${plural(now.sentiment_scores, "review")}`, number(now.sentiment, 2)],
    ["Enquiries", figure("enquiries", now.enquiries_opened, count(now.enquiries_opened), "enquiries")],
    ["Payments failed", figure("payment_failures", now.payment_failures, count(now.payment_failures), "payments")],
    ["Faults and errors", count(now.terminal_faults + now.site_errors)],
    ["Products that ran out", count(now.stock_outs)],
  ];
  patch(byId("now"), facts.map(([term, value]) => el("div", {}, el("dt", { class: "quiet" }, term), el("dd", {}, value))));
}

function stepRow(step) {
  return el("tr", { "data-step": step.step }, el("th", { scope: "row" }, step.step), cell(figure("reached", step.reached_step, count(step.reached_step))), cell(share(step.went_on)), cell(share(step.usually_went_on)));
}

function technicalRow(entry) {
  const worse = entry.usually !== null && entry.times > Math.max(2 * entry.usually, entry.usually + 3);
  const told = figure("times", entry.times, count(entry.times));
  return el(
    "tr",
    { "data-what": entry.what },
    el("th", { scope: "row" }, entry.kind),
    el("td", {}, el("code", {}, entry.what)),
    el("td", { class: worse ? "figure worse" : "figure" }, worse ? "▲ " : "", told),
    cell(number(entry.usually, 1)),
  );
}

function topicRow(entry) {
  return el(
    "tr",
    { "data-topic": entry.topic },
    el("th", { scope: "row" }, TOPICS[entry.topic] ?? entry.topic),
    cell(figure("opened", entry.enquiries_opened, count(entry.enquiries_opened))),
    cell(number(entry.usually_opened, 1)),
    cell(figure("open", entry.open_now, count(entry.open_now))),
    cell(entry.answer_minutes === null ? "–" : duration(entry.answer_minutes * 60)),
    cell(share(entry.csat), el("span", { class: "quiet" }, ` of ${count(entry.csat_answers)}`)),
    cell(number(entry.nps), el("span", { class: "quiet" }, ` of ${count(entry.nps_answers)}`)),
    cell(number(entry.sentiment, 2), el("span", { class: "quiet" }, ` of ${count(entry.sentiment_scores)}`)),
  );
}

function tillRow(till) {
  const silent = till.silent_for === 0 ? "now" : duration(till.silent_for);
  return el("tr", { "data-till": till.till }, el("th", { scope: "row" }, board.names[till.store] ?? till.store), el("td", {}, till.till), cell(silent));
}

/** The first of one ranking: place, name, figure, of how many, and how that has moved. */
function bestRow(kind) {
  const places = board.best.filter((place) => `${place.by} ${place.measure}` === kind).slice(0, SHOWN);
  const cells = places.map((place) => {
    const told = { deals_won: count, nps: number, answer_minutes: (minutes) => duration(minutes * 60) }[place.measure] ?? share;
    const of = place.made_of === null ? "" : ` of ${count(place.made_of)}`;
    return el("td", { "data-key": place.key }, `${place.rank}. ${place.name} `, el("b", {}, told(place.value)), el("span", { class: "quiet" }, `${of} ${place.movement}`));
  });
  return el("tr", { "data-best": kind }, el("th", { scope: "row" }, BEST[kind]), ...cells, ...Array.from({ length: SHOWN - cells.length }, () => el("td")));
}

function revenueRow(found) {
  return el(
    "tr",
    { "data-currency": found.currency },
    el("th", { scope: "row" }, found.currency),
    cell(amount("pipeline", found.pipeline, found.currency, board)),
    cell(count(found.deals_won)),
    cell(share(found.win_rate)),
    cell(amount("mrr", found.mrr, found.currency, board)),
    cell(count(found.subscribers)),
    cell(share(found.churn_rate)),
  );
}

start(draw);
