"""What the signals of the tests come to, counted one by one; and sales beside them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

import orjson

from daybook.ledger.leaderboards import Contender, leaderboard
from daybook.ledger.periods import Period
from daybook.ledger.signals.boards import SIGNAL_BOARDS, made_of, signal_vector
from daybook.ledger.signals.totals import TotalName
from daybook.sinks.clocks import write_clocks
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.dashboards import stopped
from tests.dashboards.month import NOW, Past, ask
from tests.dashboards.signalled import BACKS, CALENDAR, ZONE, share, write
from tests.support.sales import sale

STEPS: Final = ("session_start", "view_item", "add_to_cart", "begin_checkout", "purchase")
TODAY: Final = NOW.astimezone(ZONE).date()
_NAMES: Final = ("kim", "lee", "ola")

Signal = dict[str, Any]


def bought() -> list[dict[str, Any]]:
    """Sales of three customers over weeks; one with a campaign today and on two like days."""
    found = []
    for number, (who, back, campaign, amount) in enumerate(
        [
            ("kim", 40, "", 1000), ("kim", 20, "", 1000), ("kim", 0, "Spring letter", 2500),
            ("lee", 10, "", 700), ("lee", 4, "", 900), ("ola", 0, "Spring letter", 1100),
            ("lee", 7, "Spring letter", 5000), ("lee", 14, "Back in stock", 800), ("kim", 14, "", 300),
        ]
    ):  # fmt: skip
        line = {"product_id": "MUG", "unit_price": amount, "amount": amount}
        body = sale(number, store_id="web", channel="ecommerce", currency="GBP", lines=[line], charged=amount)
        body |= {"time": (NOW - timedelta(days=back, seconds=1)).isoformat(), "staff": []}
        body["customer"] = f"{_NAMES.index(who):032x}"
        found.append(body | ({"campaign": campaign} if campaign else {}))
    # One in another currency, of which nothing is usual.
    line = {"product_id": "MUG", "unit_price": 400, "amount": 400}
    euros = sale(99, store_id="web", channel="ecommerce", currency="EUR", lines=[line], charged=400)
    euros |= {"time": (NOW - timedelta(seconds=1)).isoformat(), "staff": [], "campaign": "Spring letter"}
    return [*found, euros]


def fill(store: Store, raw: list[Signal]) -> None:
    """Put these signals, and sales of known customers and campaigns, into an empty ClickHouse."""
    migrate(store)
    stopped.stop_clock(store, NOW)
    write_clocks(store, CALENDAR.stores, int(NOW.timestamp() * 1000))
    write(store, raw)
    world = Past(CALENDAR)
    for number, event in enumerate(bought()):
        world.log(NOW, orjson.dumps(event), b"%d" % number)
    world.count()
    world.write(store)


def by_now(raw: list[Signal], kind: str, back: int = 0) -> list[Signal]:
    """Signals of a type on a like day, in quarter hours that begin before the present time of day."""
    found = []
    for signal in raw:
        local = datetime.fromisoformat(signal["time"]).astimezone(ZONE)
        quarter = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
        same = quarter.time() < NOW.astimezone(ZONE).time() or back == 0
        if signal["type"] == kind and local.date() == TODAY - timedelta(days=back) and same:
            found.append(signal)
    return found


def reached(raw: list[Signal], back: int) -> list[int]:
    """How many sessions reached each step on a like day by now."""
    steps = Counter(signal["step"] for signal in by_now(raw, "funnel.step", back))
    return [steps[step] for step in STEPS]


def scores(raw: list[Signal], kind: str, topic: str | None = None) -> list[int]:
    """Scores that were given today."""
    answers = by_now(raw, "satisfaction.answered")
    return [a["score"] for a in answers if a["kind"] == kind and topic in (None, a["topic"])]


def slot_of(signal: Signal) -> int:
    """The quarter hour of its shop's wall clock."""
    local = datetime.fromisoformat(signal["time"]).astimezone(ZONE)
    return local.hour * 4 + local.minute // 15


def lent(told: list[Signal]) -> list[Signal]:
    """These signals, and a paying subscription that goes to the other shop for ten days."""
    latest = {s["subject_id"]: s for s in told if s["type"] == "subscription.changed"}
    first = NOW - timedelta(days=25)
    whose = next(
        s
        for s in latest.values()
        if s["state"] == "active" and s["currency"] == "GBP" and datetime.fromisoformat(s["time"]) < first
    )
    moves = [
        whose
        | {
            "event_id": f"lent-{number}",
            "version": whose["version"] + 1 + number,
            "time": (first + number * timedelta(days=10)).isoformat(),
            "change": "renewed",
            "store_id": shop,
        }
        for number, shop in enumerate(["quayside", whose["store_id"]])
    ]
    return sorted([*told, *moves], key=lambda s: (str(s["time"]), str(s["event_id"])))


def subscribed(told: list[Signal], day: date) -> tuple[int, int, float | None]:
    """What paying subscribers in GBP bring a month at a day's end, how many, and their churn rate."""
    changes = [s for s in told if s["type"] == "subscription.changed" and s["currency"] == "GBP"]
    first = day - timedelta(days=30)
    lately = Counter(s["change"] for s in changes if first < date_of(s["time"]) <= day)
    before, now = _paying(changes, first), _paying(changes, day)
    return sum(now.values()), len(now), share(lately["cancelled"], len(before) + lately["started"])


def _paying(told: list[Signal], day: date) -> dict[str, int]:
    states = {s["subject_id"]: s for s in told if date_of(s["time"]) <= day}
    return {
        who: (2 * s["amount"] + s["interval_months"]) // (2 * s["interval_months"])
        for who, s in states.items()
        if s["state"] in {"active", "past_due"}
    }


def mrr(store: Store, stores: list[str]) -> dict[date, dict[str, Any]]:
    """What the boards' query says of monthly revenue, by day."""
    return {row["time"].date(): row for row in ask(store, "signals_mrr", store=stores)}


def days_at_the_other(rows: dict[date, dict[str, Any]]) -> dict[date, tuple[int, int, int]]:
    """Revenue, subscribers and what moved, of the days that have any."""
    told = {day: (row["mrr"], row["subscribers"], row["mrr_moved"]) for day, row in rows.items()}
    return {day: own for day, own in told.items() if any(own)}


def days_lent(raw: list[Signal]) -> dict[date, tuple[int, int, int]]:
    """What they are to be at the shop that a subscription is lent to."""
    came, went = (s for s in raw if s["event_id"].startswith("lent-"))
    [monthly] = _paying([came], TODAY).values()
    first, last = date_of(came["time"]), date_of(went["time"])
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    return {day: (monthly, 1, monthly if day == first else 0) for day in days} | {last: (0, 0, -monthly)}


def seconds(text: str) -> int:
    """An instant as epoch seconds."""
    return int(datetime.fromisoformat(text).timestamp() // 1)


def date_of(text: str) -> date:
    """The business date of an instant at both shops."""
    return datetime.fromisoformat(text).astimezone(ZONE).date()


def places(
    told: Mapping[TotalName, Mapping[str, int]], by: str, stores: list[str], measure: str
) -> list[tuple[int, str, float, int | None, str]]:
    """The first ten of 28 days by a measure as the ledger ranks them: rank, who, value, its volume, movement.

    ``told`` are all totals; those of some stores count, in GBP or in no currency.
    """
    then, board = TODAY - timedelta(days=28), SIGNAL_BOARDS[measure]
    old = leaderboard(_contenders(told, by, stores, Period(then - timedelta(days=27), then)), board)
    before = {place.key: place.rank for place in old.standings}
    now = _contenders(told, by, stores, Period(then + timedelta(days=1), TODAY))
    ratio = made_of(measure) != (measure,)
    volumes = {each.key: board.volume(each.vector) if ratio else None for each in now}
    return [
        (place.rank, place.key, round(float(place.value), 6), volumes[place.key], _movement(place.moved))
        for place in leaderboard(now, board, before=before).top(10)
    ]


def _contenders(
    told: Mapping[TotalName, Mapping[str, int]], by: str, stores: list[str], period: Period
) -> list[Contender]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, measures in told.items():
        store, _, person = name.key.partition("|")
        wanted = name.dimension == ("store_staff" if by == "staff" else "store") and store in stores
        within = period.first <= date.fromisoformat(name.business_date) <= period.last
        if wanted and within and name.currency in ("", "GBP") and name.book == "sales":
            found[person or store].update(measures)
    return [Contender(key, signal_vector(measures)) for key, measures in found.items()]


def _movement(ranks: int | None) -> str:
    return "new" if ranks is None else "=" if ranks == 0 else f"{'▲' if ranks > 0 else '▼'} {abs(ranks)}"


def reported(raw: list[Signal]) -> dict[tuple[str, str], tuple[int, float | None]]:
    """What systems reported by kind and what: how often today, and the median of the like days."""
    seen: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: dict.fromkeys(BACKS, 0))
    for back in BACKS:
        for signal in by_now(raw, "payment.failed", back):
            seen["payment failed", f"{signal['gateway']}: {signal['reason']}"][back] += 1
        for kind, name in {"site.error": "site error", "terminal.fault": "terminal fault"}.items():
            for signal in by_now(raw, kind, back):
                seen[name, signal["code"]][back] += 1
        for signal in by_now(raw, "stock.changed", back):
            seen["out of stock", signal["product_id"]][back] += signal["state"] == "out"
    kinds = ("payment.failed", "site.error", "terminal.fault", "terminal.heartbeat")
    known = [
        back
        for back in BACKS[1:]
        if any(by_now(raw, kind, back) for kind in kinds) or any(times[back] for times in seen.values())
    ]
    usual = {key: median([times[back] for back in known]) if known else None for key, times in seen.items()}
    return {key: (times[0], usual[key]) for key, times in seen.items() if times[0] or usual[key]}


def alive_until(raw: list[Signal]) -> dict[str, int]:
    """The end of the quarter hour of each till's last heartbeat in a week, in epoch seconds."""
    last: dict[str, int] = {}
    for signal in raw:
        if signal["type"] == "terminal.heartbeat" and NOW.date() - date_of(signal["time"]) <= timedelta(
            days=8
        ):
            last[signal["till_id"]] = seconds(signal["time"]) // 900 * 900 + 900
    return last


def closed(raw: list[Signal]) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Deals won in 28 days by person, and by currency what they are worth."""
    first = TODAY - timedelta(days=27)
    won: Counter[str] = Counter()
    value: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for s in raw:
        if s["type"] == "deal.changed" and s["status"] == "won" and first <= date_of(s["time"]) <= TODAY:
            won[s["staff_id"]] += 1
            value[s["currency"]][s["staff_id"]] += s["value"]
    return won, value


def recognised_on(raw: list[Signal], day: date) -> int:
    """What contracts that are won bring on a day, in minor units."""
    won = [s for s in raw if s["type"] == "deal.changed" and s["status"] == "won"]
    running = [s for s in won if "term_first" in s and s["term_first"] <= day.isoformat() <= s["term_last"]]
    parts = 0
    for signal in running:
        whole, rest = divmod(signal["value"], 365)
        parts += whole + ((day - date.fromisoformat(signal["term_first"])).days < rest)
    return parts
