// A plot of amounts by business date. Chart.js draws; the same figures stand beside it as a table for whoever cannot see it.

import { el } from "./dom.js";
import { day, shortMoney } from "./format.js";
import { colours, onThemeChange } from "./theme.js";

const plots = new Map(); // by container: {chart, plot}

/**
 * Draws into a container. `plot` has `kind` (line or bar), `days` with a date and an amount each, `today` (what comes
 * after it is drawn as not there yet), `currency` and `digits`.
 */
export function drawDays(container, plot) {
  if (!plots.has(container)) plots.set(container, { chart: build(container), plot: null });
  const drawn = plots.get(container);
  drawn.plot = plot;
  redraw(drawn);
}

onThemeChange(() => [...plots.values()].forEach(redraw));

function build(container) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  container.replaceChildren(canvas);
  return new window.Chart(canvas, { type: "bar", data: { labels: [], datasets: [] }, options: options() });
}

function options() {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    events: [],
    plugins: { legend: { display: false }, tooltip: { enabled: false } },
    scales: { x: { grid: { display: false } }, y: { border: { display: false }, beginAtZero: true } },
  };
}

function redraw({ chart, plot }) {
  const colour = colours("--today", "--usual", "--rule", "--quiet");
  const font = { size: 12, family: getComputedStyle(document.body).fontFamily };
  const { x, y } = chart.options.scales;
  x.ticks = { color: colour["--quiet"], font, maxRotation: 0, autoSkip: true, autoSkipPadding: 16, callback: (at) => day(plot.days[at][0]) };
  y.grid = { color: colour["--rule"], tickLength: 0 };
  y.ticks = { color: colour["--quiet"], font, padding: 8, maxTicksLimit: 5, callback: (minor) => shortMoney(Math.round(minor), plot.currency, plot.digits) };
  const shown = plot.days.map(([date]) => (date > plot.today ? colour["--usual"] : colour["--today"]));
  const line = { type: "line", borderColor: colour["--today"], borderWidth: 3, pointRadius: 0, stepped: true };
  const bars = { type: "bar", backgroundColor: shown, categoryPercentage: 1, barPercentage: 0.8 };
  chart.data.labels = plot.days.map(([date]) => date);
  chart.data.datasets = [{ ...(plot.kind === "line" ? line : bars), data: plot.days.map(([, amount]) => amount) }];
  chart.update("none");
}
