// The curve of the day: net sales added up, today's over the typical day's, with where it will close. Chart.js draws.

import { byId, el, patch } from "./dom.js";
import { change, money, shortMoney, timeOfDay } from "./format.js";
import { colours, onThemeChange } from "./theme.js";

const STEP_SECONDS = 900;
const cursor = { at: null }; // where the viewer reads the curve; null is now
let drawn = null; // the curve on the page: {chart, slider, reading, plot}

/** Draws a curve into a container, or a sentence where there is none. */
export function drawCurve(container, curve, pace, board) {
  if (curve === null || curve.today.length + curve.yesterday.length + curve.typical.length === 0) {
    drawn?.chart.destroy();
    drawn = null;
    container.replaceChildren(el("p", { class: "quiet empty" }, "No sales yet to draw a curve of."));
    return;
  }
  if (drawn === null) drawn = build(container);
  drawn.plot = layOut(curve, pace, board);
  drawLegend(drawn.plot);
  redraw();
}

/** The same figures by the hour, for whoever reads tables better. */
export function drawCurveTable(table, curve, pace, board) {
  const open = table.closest("details").open;
  if (curve === null || !open) return table.replaceChildren();
  const plot = layOut(curve, pace, board);
  const rows = [];
  for (let at = plot.from + 3600; at <= plot.to; at += 3600) {
    const today = at <= plot.now + 3600 ? plot.write(valueAt(curve.today, at)) : "–";
    rows.push(el("tr", {}, el("th", { scope: "row" }, timeOfDay(at, curve.zone)), el("td", { class: "figure" }, today), el("td", { class: "figure" }, plot.write(valueAt(plot.before, at)))));
  }
  const head = el("tr", {}, ...["Until", "Today", plot.beforeName].map((text, place) => el("th", { scope: "col", class: place ? "figure" : null }, text)));
  return patch(table, [el("thead", {}, head), el("tbody", {}, ...rows)]);
}

/** The sum reached by an instant. */
function valueAt(points, instant) {
  let value = 0;
  for (const [at, sum] of points) {
    if (at > instant) break;
    value = sum;
  }
  return value;
}

function layOut(curve, pace, board) {
  const digits = board.exponents[curve.currency];
  const usual = curve.typical.length > 0;
  const now = Math.min(curve.end, board.as_of_ms / 1000);
  const before = usual ? curve.typical : curve.yesterday;
  const [from, to] = tradingHours(curve, before, now);
  const write = (minor) => money(minor, curve.currency, digits);
  return { curve, pace: usual ? pace : null, digits, now, before, beforeName: usual ? "Typical day" : "Yesterday", from, to, write };
}

/** The part of the day that is worth drawing: from the first sale of either day to the last, in whole hours. */
function tradingHours(curve, before, now) {
  const instants = [...curve.today, ...moving(before)].map(([at]) => at);
  const from = Math.floor((Math.min(...instants) - STEP_SECONDS) / 3600) * 3600;
  const to = Math.ceil(Math.max(now, ...instants) / 3600) * 3600;
  return [Math.max(curve.start, from), Math.min(curve.end, to)];
}

/** The points at which a curve has just risen or fallen. */
const moving = (points) => points.filter(([, sum], index) => sum !== (points[index - 1]?.[1] ?? 0));

function build(container) {
  const reading = el("p", { class: "reading" });
  const canvas = el("canvas", { "aria-hidden": "true" });
  const slider = el("div", { role: "slider", tabindex: "0", class: "plot", "aria-label": "Time of day on the curve" }, canvas);
  container.replaceChildren(reading, slider);
  const chart = new window.Chart(canvas, { type: "line", data: { datasets: [] }, options: options() });
  listen(slider);
  return { chart, slider, reading, plot: null };
}

onThemeChange(() => drawn && redraw());

function options() {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    events: [], // reading is the slider's, by pointer and keyboard alike
    elements: { point: { radius: 0 }, line: { borderJoinStyle: "round", borderCapStyle: "round" } },
    plugins: { legend: { display: false }, tooltip: { enabled: false } },
    scales: { x: { type: "linear", grid: { display: false } }, y: { type: "linear", border: { display: false } } },
  };
}

function redraw() {
  const { chart, plot } = drawn;
  const colour = colours("--today", "--usual", "--rule", "--quiet", "--panel", "--ink");
  const font = { size: 12, family: getComputedStyle(document.body).fontFamily };
  const { x, y } = chart.options.scales;
  Object.assign(x, { min: plot.from, max: plot.to, afterBuildTicks: (axis) => hours(axis, plot), ticks: { color: colour["--quiet"], font, autoSkip: true, maxRotation: 0, callback: (at) => timeOfDay(at, plot.curve.zone) } });
  Object.assign(y, { grid: { color: colour["--rule"], tickLength: 0 }, ticks: { color: colour["--quiet"], font, padding: 8, maxTicksLimit: 6, callback: (minor) => shortMoney(Math.round(minor), plot.curve.currency, plot.digits) } });
  chart.data.datasets = lines(plot, colour);
  chart.update("none");
  read();
}

function hours(axis, plot) {
  const room = axis.width > 0 ? (axis.width / (plot.to - plot.from)) * 3600 : 60;
  const every = [1, 2, 3, 4, 6, 12].find((each) => each * room >= 56) ?? 24;
  axis.ticks = [];
  for (let at = plot.from; at <= plot.to; at += 3600) {
    if (Number(timeOfDay(at, plot.curve.zone).slice(0, 2)) % every === 0) axis.ticks.push({ value: at });
  }
}

const dots = (points) => points.map(([x, y]) => ({ x, y }));

function lines(plot, colour) {
  const { curve, now, from, to, before } = plot;
  const today = [[from, 0], ...curve.today];
  if (now > today.at(-1)[0]) today.push([now, today.at(-1)[1]]);
  const usual = [[from, 0], ...before.filter(([at]) => at > from && at <= to)];
  if (to > usual.at(-1)[0]) usual.push([to, usual.at(-1)[1]]);
  return [
    ...ahead(plot, today.at(-1), colour),
    { data: dots(usual), borderColor: colour["--usual"], borderWidth: 2, borderDash: [2, 5] },
    { data: dots(today), borderColor: colour["--today"], borderWidth: 3, fill: "origin", backgroundColor: faded(colour["--today"], 0.1) },
    { data: dots([today.at(-1)]), pointRadius: 5, pointBackgroundColor: colour["--today"], pointBorderColor: colour["--panel"], pointBorderWidth: 2 },
    ...marks(plot, colour),
  ];
}

/** From now to the projected close: the path of the typical day, and the band that opens towards its end. */
function ahead({ curve, pace, now, to }, [, actual], colour) {
  if (pace === null || now >= to) return [];
  const [begun, whole] = [valueAt(curve.typical, now), curve.typical.at(-1)[1]];
  if (whole <= begun) return [];
  const part = (at) => (valueAt(curve.typical, at) - begun) / (whole - begun);
  const steps = [now, ...curve.typical.map(([at]) => at).filter((at) => at > now && at <= to)];
  const path = (end) => dots(steps.map((at) => [at, actual + (end - actual) * part(at)]));
  const band = pace.low === null ? [] : [
    { data: path(pace.low), borderWidth: 0 },
    { data: path(pace.high), borderWidth: 0, fill: "-1", backgroundColor: faded(colour["--today"], 0.16) },
  ];
  return [...band, { data: path(pace.close), borderColor: colour["--today"], borderWidth: 2, borderDash: [7, 5] }];
}

function marks({ curve, pace, from, to, now, before }, colour) {
  const found = [];
  if (pace?.target) found.push({ data: dots([[from, pace.target], [to, pace.target]]), borderColor: colour["--ink"], borderWidth: 1.5, borderDash: [10, 4] });
  if (cursor.at === null) return found;
  const high = Math.max(...curve.today.map(([, sum]) => sum), ...before.map(([, sum]) => sum), 0);
  found.push({ data: dots([[cursor.at, 0], [cursor.at, high]]), borderColor: colour["--quiet"], borderWidth: 1 });
  const point = (value, name) => ({ data: dots([[cursor.at, value]]), pointRadius: 4.5, pointBackgroundColor: colour[name], pointBorderColor: colour["--panel"], pointBorderWidth: 2 });
  found.push(point(valueAt(before, cursor.at), "--usual"));
  if (cursor.at <= now) found.push(point(valueAt(curve.today, cursor.at), "--today"));
  return found;
}

/** A resolved colour, rgb(…), with an opacity. */
const faded = (colour, opacity) => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);

function drawLegend(plot) {
  const key = (kind, text) => el("li", {}, el("span", { class: `key key-${kind}` }), text);
  const found = [key("today", "Today"), key("usual", plot.beforeName)];
  if (plot.pace !== null) found.push(key("close", "Projected"));
  if (plot.pace?.target) found.push(key("target", "Target"));
  patch(byId("legend"), found);
}

function listen(slider) {
  const move = (at) => {
    const { from, to } = drawn.plot;
    const snapped = from + Math.round((at - from) / STEP_SECONDS) * STEP_SECONDS;
    cursor.at = at === null ? null : Math.max(from, Math.min(to, snapped));
    redraw();
  };
  slider.addEventListener("pointermove", (event) => {
    const { left, right } = drawn.chart.chartArea;
    const { from, to } = drawn.plot;
    const share = (event.clientX - slider.getBoundingClientRect().left - left) / (right - left);
    move(from + share * (to - from));
  });
  slider.addEventListener("pointerleave", () => move(null));
  slider.addEventListener("blur", () => move(null));
  slider.addEventListener("keydown", (event) => {
    const { from, to, now } = drawn.plot;
    const at = cursor.at ?? now;
    const targets = { ArrowLeft: at - STEP_SECONDS, ArrowRight: at + STEP_SECONDS, PageDown: at - 4 * STEP_SECONDS, PageUp: at + 4 * STEP_SECONDS, Home: from, End: to };
    if (event.key === "Escape") move(null);
    if (!(event.key in targets)) return;
    event.preventDefault();
    move(targets[event.key]);
  });
}

/** Says what the curve holds at the cursor, in the line above it and to screen readers. */
function read() {
  const { plot, slider, reading } = drawn;
  const at = cursor.at ?? plot.now;
  const text = (cursor.at === null ? sayNow(plot) : sayAt(plot, at)).join(" · ");
  if (reading.textContent !== text) reading.textContent = text;
  slider.setAttribute("aria-valuemin", plot.from);
  slider.setAttribute("aria-valuemax", plot.to);
  slider.setAttribute("aria-valuenow", Math.round(at));
  slider.setAttribute("aria-valuetext", text);
}

function sayNow({ curve, pace, now, before, write }) {
  const said = [`Now, ${timeOfDay(now, curve.zone)}`, `today ${write(valueAt(curve.today, now))}`];
  if (pace !== null) {
    said.push(`expected ${write(pace.expected)}`, `closes at about ${write(pace.close)}`);
  } else if (before.length) said.push(`yesterday closed at ${write(before.at(-1)[1])}`);
  return said;
}

function sayAt({ curve, now, before, beforeName, write }, at) {
  const said = [`By ${timeOfDay(at, curve.zone)}`];
  const today = at <= now ? valueAt(curve.today, at) : null;
  const usual = before.length ? valueAt(before, at) : null;
  if (today !== null) said.push(`today ${write(today)}`);
  if (usual !== null) said.push(`${beforeName.toLowerCase()} ${write(usual)}`);
  const compared = today === null ? null : change(today, usual);
  if (compared !== null) said.push(compared.text);
  return said;
}
