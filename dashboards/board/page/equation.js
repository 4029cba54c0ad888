// What became of everything that was received.

import { el } from "./dom.js";
import { figure } from "./figures.js";
import { count } from "./format.js";

/** received = counted + duplicates + dead, as terms. */
export function equation({ received, counted, duplicates, dead }) {
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
  return terms;
}
