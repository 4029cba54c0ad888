"""What is wrong with a rewards file beyond its form: what it names that there is not, or cannot know."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from daybook.ledger.board_measures import MEASURES
from daybook.ledger.rewards.spans import days_needed
from daybook.ledger.signals.boards import NOBODYS, SIGNAL_BOARDS, is_of_signals
from daybook.ledger.yardsticks import HAVE_TARGETS
from daybook.schemas.rewards import Basis, Goal, Points, Programme, RewardsFile, Who


class Known(NamedTuple):
    """What a rewards file may go by. None for what is not known here, and then not checked."""

    measures: Collection[str]
    """Those of sales: ours and the business's own. Those of signals are the same everywhere."""
    teams: bool
    """Whether the staff file puts anybody in a team."""
    stores: Collection[str] | None = None
    receivers: Collection[str] | None = None
    targets: Collection[str] | None = None
    """Scopes that have targets."""
    days: int | None = None
    """Business days that the watcher keeps in memory."""


def problems(file: RewardsFile, known: Known) -> list[str]:
    """Everything that is wrong, as sentences without a full stop; empty if all is well."""
    found = [problem for programme in file.programmes for problem in _problems(programme, known)]
    unheard = _missing(file.by_hand.tell, known.receivers)
    if unheard:
        found.append(f"by_hand: there is no receiver {unheard}")
    return found


def _problems(programme: Programme, known: Known) -> Iterator[str]:
    name = f"programme {programme.programme_id}"
    for problem in _of_measure(programme, known):
        yield f"{name}: {problem}"
    if programme.who is Who.TEAM and not known.teams:
        yield f"{name}: teams compete, and the staff file (DAYBOOK_STAFF_FILE) puts nobody in one"
    aimed = programme.basis is Basis.ATTAINMENT or programme.measure == "attainment"
    scope = programme.who.value
    if aimed and known.targets is not None and scope not in known.targets:
        yield f"{name}: no {scope} has a target ({', '.join(HAVE_TARGETS)} may have one)"
    nowhere = _missing(programme.stores, known.stores)
    if nowhere:
        yield f"{name}: there is no store {nowhere}"
    unheard = _missing(programme.tell, known.receivers)
    if unheard:
        yield f"{name}: there is no receiver {unheard}"
    needed = days_needed(programme)
    if known.days is not None and needed > known.days:
        yield f"{name}: it looks {needed} days back; set DAYBOOK_WATCH_DAYS to that, or more"


def _of_measure(programme: Programme, known: Known) -> Iterator[str]:
    measure, give = programme.measure, programme.give
    of_signals = is_of_signals(measure, known.measures)
    if measure not in known.measures and not of_signals:
        yield f"there is no measure {measure}, of sales or of signals"
        return
    least_first = of_signals and SIGNAL_BOARDS[measure].least_first
    if isinstance(give, Goal):
        if least_first and give.at_least is not None:
            yield f"of {measure} less is better: say at_most instead of at_least"
        # Of a measure of their own only they know which way is better.
        if not least_first and give.at_most is not None and (of_signals or measure in MEASURES):
            yield f"of {measure} more is better: say at_least instead of at_most"
    if least_first and isinstance(give, Points):
        yield f"of {measure} less is better, and points are given for more"
    if of_signals and measure in NOBODYS and programme.who is not Who.STORE:
        yield f"{measure} is counted of stores and of no person: who has to be store"
    if of_signals and programme.minimum_orders:
        yield f"minimum_orders is for sales; for {measure} say minimum_volume"
    if not of_signals and programme.minimum_volume:
        yield f"minimum_volume is for signals; for {measure} say minimum_orders"


def _missing(named: Collection[str], there: Collection[str] | None) -> str | None:
    if there is None:
        return None
    return next((name for name in named if name not in there), None)
