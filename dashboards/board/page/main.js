// The page: follows the stream and draws what it brings.

import { drawCurve, drawCurveTable } from "./chart.js";
import { byId, el } from "./dom.js";
import { clockTime } from "./format.js";
import { judge, show } from "./freshness.js";
import { drawGroups, drawPosition, drawProducts, drawSales, drawStores } from "./panels.js";
import { follow } from "./stream.js";

let board = null;
let chosen = null; // the scope the viewer chose; null is the first currency that has sold today
const state = { newestMs: null, aheadMs: 0, trouble: false, lost: false, receivedMs: null, stores: null };

const scopeOf = (curve) => (curve.store_id === null ? curve.currency : `${curve.currency} ${curve.store_id}`);

function draw() {
  const empty = board.position.newest_recorded_ms === null && board.groups.length === 0;
  byId("board").hidden = empty;
  if (empty) return;
  drawGroups(board);
  drawStores(board);
  drawSales(board);
  drawPosition(board);
  drawScope();
}

function drawScope() {
  offerScopes();
  const curve = board.curves.find((each) => scopeOf(each) === byId("scope").value) ?? null;
  drawCurve(byId("curve"), curve, board);
  drawCurveTable(byId("curve-table"), curve, board);
  drawProducts(board, curve?.currency ?? board.groups[0]?.currency);
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

function tick() {
  show(judge({ ...state, serverNowMs: Date.now() + state.aheadMs }));
  byId("clock").textContent = clockTime(Date.now() + state.aheadMs);
}

byId("scope").addEventListener("change", (event) => {
  chosen = event.target.value;
  drawScope();
});
byId("curve-table").closest("details").addEventListener("toggle", () => board && drawScope());
new ResizeObserver(() => board && drawScope()).observe(byId("curve"));

follow("/board/stream", {
  board(document) {
    board = document;
    // Ages are counted on the server's clock: the viewer's may be wrong.
    Object.assign(state, { newestMs: board.position.newest_recorded_ms, aheadMs: board.as_of_ms - Date.now(), receivedMs: Date.now(), stores: board.stores.length, trouble: false });
    draw();
    tick();
  },
  trouble() {
    state.trouble = true;
    tick();
  },
  alive() {
    state.lost = false;
  },
  lost() {
    state.lost = true;
    tick();
  },
});
setInterval(tick, 1000);
tick();
