// Figures as elements: their exact value for machines, their text for people. A changed one lights up shortly.

import { el } from "./dom.js";
import { change, count, money } from "./format.js";

const lastValues = new Map();

/** A figure. With a key it lights up when its value is another than the last time. */
export function figure(name, value, text, key = null) {
  const changed = key !== null && lastValues.has(key) && lastValues.get(key) !== value;
  if (key !== null) lastValues.set(key, value);
  return el("data", { value, "data-figure": name, class: changed ? "changed" : null }, text);
}

/** An amount in minor units of a currency. */
export function amount(name, minor, currency, board, key = null) {
  return figure(name, minor, money(minor, currency, board.exponents[currency]), key);
}

/** How an amount compares, with an arrow and a sign: colour is never all that tells it. */
export function comparison(now, before) {
  const found = change(now, before);
  if (found === null) return el("span", { class: "quiet" }, before === null ? "new" : "–");
  const [arrow, word] = { "-1": ["▼", "down"], 0: ["=", "same"], 1: ["▲", "up"] }[found.sign];
  return el("span", { class: `change ${word}` }, el("span", { "aria-hidden": "true" }, `${arrow} `), found.text);
}

export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

export const sentence = (text) => el("li", { class: "quiet empty" }, text);

/** A list of bars: what, how much, and a word under it. `items` have key, name, value, shown (an element) and note. */
export function bars(items, { ranked = false, most = 0 } = {}) {
  const longest = Math.max(1, most, ...items.map((item) => item.value));
  return items.map((item) =>
    el(
      "li",
      { value: ranked ? item.rank : null, "data-product": item.key },
      ranked ? el("span", { class: "rank", "aria-hidden": "true" }, String(item.rank)) : null,
      el("span", { class: "name" }, item.name),
      item.shown,
      el("meter", { min: 0, max: longest, value: Math.max(0, item.value), "aria-hidden": "true" }),
      el("span", { class: "quiet" }, item.note),
    ),
  );
}
