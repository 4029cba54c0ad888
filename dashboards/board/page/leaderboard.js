// Leaderboards: who stands where. With ?wall in the address it is readable from across a room.

import { byId, el, patch } from "./dom.js";
import { amount, figure, plural } from "./figures.js";
import { count, day, percent } from "./format.js";
import { start } from "./page.js";

const TITLES = { staff: "Staff", team: "Teams", store: "Stores", product: "Products", region: "Regions", channel: "Channels" };
const NAMES = { csat: "CSAT", nps: "NPS" };
const SHARES = ["csat", "conversion", "win_rate", "cart_abandonment"];
const address = new URLSearchParams(location.search);
let board = null;
let me = null;
let chosen = { currency: address.get("currency"), period: address.get("period") ?? "day" };

document.body.classList.toggle("wall", address.has("wall"));
byId("period").value = chosen.period;

function draw(document, viewer) {
  board = document;
  me = viewer;
  offerCurrencies();
  const own = board.boards.filter((each) => ["", byId("currency").value].includes(each.currency) && each.period === chosen.period);
  byId("of").textContent = own.length ? said(own[0]) : "";
  const shown = own.map(panel);
  patch(byId("boards"), shown.length ? shown : [el("p", { class: "panel quiet" }, me.role === "own" ? "No sale of yours has been counted in this period yet." : "No sale with a seller, team or store has been counted in this period yet.")]);
  const query = new URLSearchParams({ wall: "", currency: byId("currency").value, period: chosen.period });
  byId("wall").href = `?${query}`;
}

const said = ({ first, last }) => (first === last ? day(first) : `${day(first)} to ${day(last)}`);

function offerCurrencies() {
  const select = byId("currency");
  const offered = [...new Set(board.boards.map((each) => each.currency))].filter((currency) => currency !== "");
  if (select.dataset.offered !== offered.join()) {
    select.dataset.offered = offered.join();
    select.replaceChildren(...offered.map((currency) => el("option", {}, currency)));
  }
  const most = (currency) => board.boards.filter((each) => each.currency === currency).reduce((sum, each) => sum + each.ranked, 0);
  const usual = [...offered].sort((a, b) => most(b) - most(a))[0];
  select.value = offered.includes(chosen.currency) ? chosen.currency : (usual ?? "");
}

function panel(standings) {
  const measured = standings.measure === "net" ? "" : ` by ${NAMES[standings.measure] ?? standings.measure.replaceAll("_", " ")}`;
  const title = `${TITLES[standings.by]}${measured}${standings.peer_group ? `, ${standings.peer_group}` : ""}`;
  const key = `${standings.by} ${standings.measure} ${standings.period} ${standings.peer_group ?? ""}`;
  return el(
    "section",
    { class: "panel standings", "data-by": standings.by, "aria-label": title },
    el("div", { class: "panel-head" }, el("h2", {}, title), el("p", { class: "quiet" }, `${plural(standings.ranked, "place")}`)),
    standings.top.length ? list(standings.top, standings, key) : null,
    standings.own ? el("div", { class: "own" }, el("h3", {}, "Your own line"), list([standings.own], standings, `own ${key}`)) : null,
    standings.bottom?.length ? el("details", { class: "bottom" }, el("summary", {}, "Bottom of the list, for managers only"), list(standings.bottom, standings, `bottom ${key}`)) : null,
  );
}

function list(places, standings, key) {
  const most = Math.max(1, ...places.map((place) => place.value));
  return el("ol", {}, ...places.map((place) => line(place, standings, most, key)));
}

function line(place, standings, most, key) {
  const aim = place.attainment_ppm;
  return el(
    "li",
    { value: place.rank, "data-key": place.key },
    el("span", { class: "rank", "aria-hidden": "true" }, String(place.rank)),
    el("span", { class: "name" }, place.name, ...place.badges.map((badge) => el("span", { class: "badge" }, badge))),
    moved(place.moved),
    value(place, standings, key),
    el("meter", { min: 0, max: most, value: Math.max(0, place.value), "aria-hidden": "true" }),
    aim === null ? null : el("span", { class: "aim quiet" }, figure("attainment", aim, percent(aim)), " of target"),
  );
}

/** An amount, a count, or a ratio in millionths, by the measure's unit. */
function value(place, standings, key) {
  if (standings.unit === "minor units") return amount(standings.measure, place.value, standings.currency, board, `${key} ${place.key}`);
  const ratio = SHARES.includes(standings.measure) ? `${count(place.value / 1e4, undefined, 1)}\u00a0%` : count(place.value / 1e6, undefined, 3);
  const text = standings.unit === "millionths" ? ratio : count(place.value);
  return figure(standings.measure, place.value, text);
}

/** How many ranks somebody has risen or fallen, in a sign and in words. */
function moved(ranks) {
  const [sign, kind, words] = ranks === null ? ["new", "quiet", ""] : ranks > 0 ? [`▲ ${count(ranks)}`, "up", `up ${plural(ranks, "place")}`] : ranks < 0 ? [`▼ ${count(-ranks)}`, "down", `down ${plural(-ranks, "place")}`] : ["=", "quiet", "same place"];
  return el("span", { class: `moved ${kind}` }, el("span", { "aria-hidden": words ? "true" : null }, sign), words ? el("span", { class: "unseen" }, words) : null);
}

byId("choice").addEventListener("change", () => {
  chosen = { currency: byId("currency").value, period: byId("period").value };
  if (board !== null) draw(board, me);
});

start(draw);
