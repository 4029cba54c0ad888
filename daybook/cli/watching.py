"""Today as a picture for the terminal, out of the live page's document. Pure: rich draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from daybook.reporting.wording import NONE, change, money, part

_STALE_SECONDS: Final = 60
_BAR: Final = 14


def picture(document: Mapping[str, Any]) -> RenderableType:
    """Everything that `daybook watch` shows."""
    parts: list[RenderableType] = [_head(document)]
    for group in document["groups"]:
        parts += [Text(), _group(group), *_target(group), _stores(document, group["currency"])]
    if not document["groups"]:
        parts.append(Text("Nothing of yesterday or today has been counted yet.", style="dim"))
    return Group(*parts)


def _head(document: Mapping[str, Any]) -> Text:
    now = datetime.fromtimestamp(document["as_of_ms"] / 1000, UTC).astimezone()
    head = Text.assemble((f"Daybook  {now:%H:%M:%S}  ", "bold"))
    if document["filling"]:
        return head.append(
            "the past is loading: figures grow, and comparisons say little yet", style="yellow"
        )
    newest = document["newest_recorded_ms"]
    if newest is None:
        return head.append("nothing counted yet", style="yellow")
    age = (document["as_of_ms"] - newest) // 1000
    stale = age >= _STALE_SECONDS
    head.append(f"{'stale: ' if stale else ''}newest sale {age} s ago", style="bold yellow" if stale else "")
    position = document["position"]
    if position is not None:
        told = "received {received:,} = counted {counted:,} + duplicates {duplicates:,} + dead {dead:,}"
        head.append(f"   {told.format(**position)}", style="dim")
    return head


def _group(group: Mapping[str, Any]) -> Text:
    currency, pace = group["currency"], group["pace"]
    line = Text.assemble((money(group["net"], currency), "bold"), f"  {group['orders']:,} orders  ")
    usual, what = (
        (pace["expected"], "expected by now") if pace else (group["yesterday_by_now"], "yesterday by now")
    )
    if usual is not None:
        line.append_text(_change(group["net"], usual)).append(f" on {money(usual, currency)} {what}")
    if pace:
        line.append(f", closes at about {money(pace['close'], currency)}")
        if pace["low"] is not None:
            line.append(f" ({money(pace['low'], currency)} to {money(pace['high'], currency)})", style="dim")
    return line


def _target(group: Mapping[str, Any]) -> Iterator[Text]:
    currency, pace = group["currency"], group["pace"]
    if pace is None or pace["target"] is None:
        return
    told = Text(f"target {money(pace['target'], currency)}")
    if pace["chance_ppm"] is not None:
        told.append(f", {part(pace['chance_ppm'])} likely")
    if pace["at_risk"]:
        told.append(f", {money(pace['at_risk'], currency)} at risk", style="bold dark_orange")
    yield told


def _stores(document: Mapping[str, Any], currency: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("store", overflow="fold")
    for name in ("net", "expected", "change", "closes at", "target", "orders"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("of the close", width=_BAR)
    own = [store for store in document["stores"] if store["currency"] == currency]
    for store in sorted(own, key=lambda each: -each["net"]):
        table.add_row(*_store(store, currency))
    return table


def _store(store: Mapping[str, Any], currency: str) -> list[RenderableType]:
    pace = store["pace"]
    usual = pace["expected"] if pace else store["yesterday_by_now"]
    close, target = (pace["close"], pace["target"]) if pace else (None, None)
    share = (
        Bar(1.0, 0.0, min(store["net"] / close, 1.0), width=_BAR) if close and store["net"] > 0 else Text("")
    )
    return [
        store["name"],
        Text(money(store["net"], currency), style="bold"),
        NONE if usual is None else money(usual, currency),
        Text(NONE) if usual is None else _change(store["net"], usual),
        NONE if close is None else money(close, currency),
        NONE if target is None else money(target, currency),
        f"{store['orders']:,}",
        share,
    ]


def _change(now: int, before: int) -> Text:
    # Blue and orange with a sign: told apart with any colour vision, and without colour.
    style = "bold bright_blue" if now > before else "bold dark_orange" if now < before else ""
    return Text(change(now, before), style=style)
