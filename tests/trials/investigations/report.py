"""What the trial prints, and whether it is good enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np

from tests.trials.alerts.spread import ONLINE_RETAIL
from tests.trials.investigations.score import Found
from tests.trials.investigations.trial import Result

FALSE_PER_STORE_DAY: Final = Fraction(1, 100)


def report(results: Sequence[Result]) -> tuple[str, bool]:
    """The text, and whether every plant has its one case with the right evidence, and few others came."""
    found = [each for result in results for each in result.score.found]
    false = [case for result in results for case in result.score.false]
    quiet = sum(result.score.quiet for result in results)
    rate = Fraction(len(false), max(quiet, 1))
    spread_text, wide = _spread(results)
    right = sum(each.right for each in found)
    lines = [
        f"Seeds {', '.join(str(result.seed) for result in results)}",
        f"{quiet:,} quiet store-days, {sum(result.score.evaluations for result in results):,} evaluations",
        "",
        *spread_text,
        "",
        *_causes(found),
        "",
        f"right      {right} of {len(found)}: one case, the planted evidence first from beginning to end",
        f"quiet      {len(false)} cases: {float(rate) * 100:.3f} in 100 quiet store-days, at most 1",
        *_each(results),
    ]
    passed = right == len(found) > 0 and rate <= FALSE_PER_STORE_DAY and wide
    return "\n".join([*lines, "", "passed" if passed else "FALLS SHORT", ""]), passed


def _spread(results: Sequence[Result]) -> tuple[list[str], bool]:
    """Nine of ten stores have to stray at least as far as the real shop."""
    values = [value for result in results for value in result.spreads]
    lines, wide = ["spread (deviation over mean)    day   quarter hour"], True
    lines.append(
        f"Online Retail file            {ONLINE_RETAIL.day:5.3f}          {ONLINE_RETAIL.quarter:5.3f}"
    )
    for name, part in (("a tenth of stores is below", 0.1), ("the stores' median", 0.5)):
        day, quarter = (float(np.quantile([value[i] for value in values], part)) for i in (0, 1))
        lines.append(f"{name:<29} {day:5.3f}          {quarter:5.3f}")
        wide = wide and day >= ONLINE_RETAIL.day and quarter >= ONLINE_RETAIL.quarter
    return lines, wide


def _causes(found: Sequence[Found]) -> list[str]:
    by_name: defaultdict[str, list[Found]] = defaultdict(list)
    for each in found:
        by_name[each.plant.name].append(each)
    lines = ["planted                    a case  only one  right evidence first: at opening, at the end"]
    for name, members in sorted(by_name.items()):
        count, wanted = len(members), members[0].plant.evidence
        there = sum(bool(each.cases) for each in members)
        one = sum(len(each.cases) == 1 for each in members)
        first, last = (sum(getattr(each, at) == wanted for each in members) for at in ("at_first", "at_last"))
        numbers = "   ".join(f"{value:2d}/{count:<2d}" for value in (there, one, first, last))
        lines.append(f"{name:<26} {numbers}")
    return lines


def _each(results: Sequence[Result]) -> list[str]:
    lines = [
        f"  seed {result.seed}: {each.plant.name} at {each.plant.key} of {each.plant.start:%a %H:%M}: "
        f"{len(each.cases)} cases, first {each.at_first}, last {each.at_last}"
        for result in results
        for each in result.score.found
        if not each.right
    ]
    kinds = Counter(
        f"{case.scope.dimension.value}: {case.evidence[0].kind if case.evidence else 'nothing unusual'}"
        for result in results
        for case in result.score.false
    )
    return lines + [f"  quiet case {name}: {count}" for name, count in sorted(kinds.items())]
