// The curve of the day as inline SVG: net sales added up, today's line over yesterday's. Colours come from the CSS.

import { el, patch, svg } from "./dom.js";
import { change, money, shortMoney, timeOfDay } from "./format.js";

const MARGIN = { top: 12, right: 12, bottom: 28, left: 64 };
const STEP_SECONDS = 900;
const cursor = { at: null }; // where the viewer reads the curve; null is now

/** Draws a curve into a container, or a sentence where there is none. */
export function drawCurve(container, curve, board) {
  if (curve === null || curve.today.length + curve.yesterday.length === 0) {
    container.replaceChildren(el("p", { class: "quiet empty" }, "No sales yet to draw a curve of."));
    return;
  }
  const reading = container.querySelector(".reading") ?? el("p", { class: "reading" });
  const slider = container.querySelector("[role=slider]") ?? newSlider();
  if (!slider.isConnected) container.replaceChildren(reading, slider);
  slider.plot = layOut(slider, curve, board);
  slider.replaceChildren(picture(slider.plot));
  read(slider, reading);
}

/** The same figures by the hour, for whoever reads tables better. */
export function drawCurveTable(table, curve, board) {
  const open = table.closest("details").open;
  if (curve === null || !open) return table.replaceChildren();
  const write = (minor) => money(minor, curve.currency, board.exponents[curve.currency]);
  const rows = [];
  const [from, to] = tradingHours(curve, board.as_of_ms / 1000);
  for (let at = from + 3600; at <= to; at += 3600) {
    const today = at <= board.as_of_ms / 1000 + 3600 ? write(valueAt(curve.today, at)) : "–";
    rows.push(el("tr", {}, el("th", { scope: "row" }, timeOfDay(at, curve.zone)), el("td", { class: "figure" }, today), el("td", { class: "figure" }, write(valueAt(curve.yesterday, at)))));
  }
  const head = el("tr", {}, ...["Until", "Today", "Yesterday"].map((text) => el("th", { scope: "col", class: text === "Until" ? null : "figure" }, text)));
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

function layOut(slider, curve, board) {
  const width = Math.max(240, slider.clientWidth);
  const height = Math.max(180, slider.clientHeight);
  const now = Math.min(curve.end, board.as_of_ms / 1000);
  const [from, to] = tradingHours(curve, now);
  const values = [...curve.today, ...curve.yesterday].map(([, sum]) => sum);
  const digits = board.exponents[curve.currency];
  const ticks = niceTicks(Math.min(0, ...values), Math.max(10 ** digits, ...values));
  const [low, high] = [ticks[0], ticks.at(-1)];
  const x = (at) => MARGIN.left + ((at - from) / (to - from)) * (width - MARGIN.left - MARGIN.right);
  const y = (value) => height - MARGIN.bottom - ((value - low) / (high - low)) * (height - MARGIN.top - MARGIN.bottom);
  return { curve, digits, width, height, now, from, to, ticks, x, y };
}

/** The part of the day that is worth drawing: from the first sale of either day to the last, in whole hours. */
function tradingHours(curve, now) {
  const instants = [...curve.today, ...curve.yesterday].map(([at]) => at);
  const from = Math.floor((Math.min(...instants) - STEP_SECONDS) / 3600) * 3600;
  const to = Math.ceil(Math.max(now, ...instants) / 3600) * 3600;
  return [Math.max(curve.start, from), Math.min(curve.end, to)];
}

/** Round numbers from below the lowest to above the highest value. */
function niceTicks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const ticks = [];
  for (let index = Math.floor(low / step); index <= Math.ceil(high / step); index += 1) ticks.push(Math.round(index * step));
  return ticks;
}

function picture(plot) {
  const { curve, width, height, now, from, to, x, y } = plot;
  const today = [[from, 0], ...curve.today];
  if (now > today.at(-1)[0]) today.push([now, today.at(-1)[1]]);
  const yesterday = [[from, 0], ...curve.yesterday];
  if (to > yesterday.at(-1)[0]) yesterday.push([to, yesterday.at(-1)[1]]);
  const path = (points) => points.map(([at, sum], index) => `${index ? "L" : "M"}${x(at).toFixed(1)} ${y(sum).toFixed(1)}`).join("");
  const [endAt, endSum] = today.at(-1);
  return svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    ...grid(plot),
    svg("path", { class: "area", d: `${path(today)}L${x(endAt).toFixed(1)} ${y(0)}L${x(from)} ${y(0)}Z` }),
    ...(curve.yesterday.length ? [svg("path", { class: "line yesterday", d: path(yesterday) })] : []),
    svg("path", { class: "line today", d: path(today) }),
    svg("circle", { class: "end", cx: x(endAt), cy: y(endSum), r: 4.5 }),
    svg("g", { class: "cursor" }),
  );
}

function grid(plot) {
  const { curve, digits, width, height, from, to, ticks, x, y } = plot;
  const parts = [];
  for (const tick of ticks) {
    parts.push(svg("line", { class: tick === 0 ? "axis" : "gridline", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }));
    parts.push(svg("text", { x: MARGIN.left - 8, y: y(tick) + 4, "text-anchor": "end" }, shortMoney(tick, curve.currency, digits)));
  }
  const room = ((width - MARGIN.left - MARGIN.right) / (to - from)) * 3600; // pixels of an hour
  const hours = [1, 2, 3, 4, 6, 12].find((each) => each * room >= 56) ?? 24;
  for (let at = from; at <= to; at += 3600) {
    const label = timeOfDay(at, curve.zone);
    if (Number(label.slice(0, 2)) % hours !== 0 || x(at) > width - 20) continue;
    parts.push(svg("text", { x: x(at), y: height - 8, "text-anchor": "middle" }, label));
  }
  return parts;
}

function newSlider() {
  const slider = el("div", { role: "slider", tabindex: "0", class: "plot", "aria-label": "Time of day on the curve" });
  const move = (at) => {
    const { from, to } = slider.plot;
    const snapped = from + Math.round((at - from) / STEP_SECONDS) * STEP_SECONDS;
    cursor.at = Math.max(from, Math.min(to, snapped));
    read(slider, slider.parentElement.querySelector(".reading"));
  };
  const clear = () => {
    cursor.at = null;
    read(slider, slider.parentElement.querySelector(".reading"));
  };
  slider.addEventListener("pointermove", (event) => {
    const { from, to, width } = slider.plot;
    const share = (event.clientX - slider.getBoundingClientRect().left - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    move(from + share * (to - from));
  });
  slider.addEventListener("pointerleave", clear);
  slider.addEventListener("blur", clear);
  slider.addEventListener("keydown", (event) => {
    const { from, to, now } = slider.plot;
    const at = cursor.at ?? now;
    const targets = { ArrowLeft: at - STEP_SECONDS, ArrowRight: at + STEP_SECONDS, PageDown: at - 4 * STEP_SECONDS, PageUp: at + 4 * STEP_SECONDS, Home: from, End: to };
    if (event.key === "Escape") clear();
    if (!(event.key in targets)) return;
    event.preventDefault();
    move(targets[event.key]);
  });
  return slider;
}

/** Says what the curve holds at the cursor, in the line above it and to screen readers. */
function read(slider, reading) {
  const { curve, digits, now, from, to, height, x, y } = slider.plot;
  const at = cursor.at ?? now;
  const write = (minor) => money(minor, curve.currency, digits);
  const today = at <= now ? valueAt(curve.today, at) : null;
  const yesterday = curve.yesterday.length ? valueAt(curve.yesterday, at) : null;
  const compared = today === null || cursor.at === null ? null : change(today, yesterday);
  const parts = [cursor.at === null ? `Now, ${timeOfDay(at, curve.zone)}` : `By ${timeOfDay(at, curve.zone)}`];
  if (today !== null) parts.push(`today ${write(today)}`);
  if (yesterday !== null && cursor.at !== null) parts.push(`yesterday ${write(yesterday)}`);
  if (yesterday !== null && cursor.at === null) parts.push(`yesterday closed at ${write(curve.yesterday.at(-1)[1])}`);
  if (compared !== null) parts.push(compared.text);
  const text = parts.join(" · ");
  if (reading.textContent !== text) reading.textContent = text;
  slider.setAttribute("aria-valuemin", from);
  slider.setAttribute("aria-valuemax", to);
  slider.setAttribute("aria-valuenow", Math.round(at));
  slider.setAttribute("aria-valuetext", text);
  const marks = cursor.at === null ? [] : [svg("line", { x1: x(at), x2: x(at), y1: MARGIN.top, y2: height - MARGIN.bottom })];
  if (marks.length && yesterday !== null) marks.push(svg("circle", { class: "yesterday", cx: x(at), cy: y(yesterday), r: 4 }));
  if (marks.length && today !== null) marks.push(svg("circle", { class: "today", cx: x(at), cy: y(today), r: 4 }));
  slider.querySelector(".cursor").replaceChildren(...marks);
}
