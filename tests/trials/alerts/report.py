"""What the trial prints, and whether it is good enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from statistics import median
from typing import Final

import numpy as np

from tests.trials.alerts.score import Found
from tests.trials.alerts.spread import ONLINE_RETAIL
from tests.trials.alerts.trial import Result

FALSE_PER_STORE_DAY: Final = Fraction(1, 100)


def report(results: Sequence[Result]) -> tuple[str, bool]:
    """The text, and whether all was found in time, with the right reason and few false alerts."""
    scores = [result.score for result in results]
    found = [each for score in scores for each in score.found]
    false = [each for score in scores for each in score.false]
    wrong = [each for score in scores for each in score.wrong_reason]
    as_well = [each for score in scores for each in score.true_as_well]
    store_days = sum(score.store_days for score in scores)
    in_time = sum(each.in_time for each in found)
    right = sum(each.fired is not None for each in found) - len(wrong) + len(as_well)
    rate = Fraction(len(false), store_days)
    spread_text, spread_wide = _spread(results)
    lines = [
        f"Seeds {', '.join(str(result.seed) for result in results)}",
        f"{store_days:,} store-days, {sum(score.evaluations for score in scores):,} evaluations",
        "",
        *spread_text,
        "",
        *_causes(found),
        "",
        f"recall     {in_time} of {len(found)} within two evaluations",
        f"precision  {right} of {right + len(false) + len(wrong)} right, {len(as_well)} by the way",
        f"false      {len(false)}: {float(rate) * 100:.3f} in 100 store-days, at most 1",
        f"wrong      {len(wrong)} with another reason than the cause",
        *_each_false(results),
    ]
    passed = in_time == len(found) and not wrong and rate <= FALSE_PER_STORE_DAY and spread_wide
    lines += ["", "passed" if passed else "FALLS SHORT", ""]
    return "\n".join(lines), passed


def _spread(results: Sequence[Result]) -> tuple[list[str], bool]:
    """Nine of ten stores have to stray at least as far as the real shop."""
    lines, wide = ["spread (deviation over mean)    day   quarter hour"], True
    lines.append(
        f"Online Retail file            {ONLINE_RETAIL.day:5.3f}          {ONLINE_RETAIL.quarter:5.3f}"
    )
    for name, part in (("a tenth of stores is below", 0.1), ("the stores' median", 0.5)):
        day, quarter = (
            float(np.quantile([value[i] for result in results for value in result.spreads], part))
            for i in (0, 1)
        )
        lines.append(f"{name:<29} {day:5.3f}          {quarter:5.3f}")
        wide = wide and day >= ONLINE_RETAIL.day and quarter >= ONLINE_RETAIL.quarter
    return lines, wide


def _causes(found: Sequence[Found]) -> list[str]:
    by_name: defaultdict[str, list[Found]] = defaultdict(list)
    for each in found:
        by_name[each.plant.name].append(each)
    lines = ["planted                  found   in time   minutes to alert: median, longest"]
    for name, members in sorted(by_name.items()):
        minutes = [each.minutes for each in members if each.minutes is not None]
        times = f"{median(minutes):5.0f} {max(minutes):5d}" if minutes else "    -     -"
        there, in_time = len(minutes), sum(each.in_time for each in members)
        lines.append(
            f"{name:<24} {there:2d}/{len(members):<2d}     {in_time:2d}/{len(members):<2d}   {times}"
        )
    lines.append("Sunday closure           no alert wanted; one would be false")
    return lines


def _each_false(results: Sequence[Result]) -> list[str]:
    kinds: defaultdict[str, int] = defaultdict(int)
    for result in results:
        for each in result.score.false:
            kinds[each.alert.rule] += 1
    lines = [f"  false {rule}: {count}" for rule, count in sorted(kinds.items())]
    for result in results:
        for found in result.score.found:
            if not found.in_time:
                at = f"{found.fired.at:%H:%M}" if found.fired else "never"
                plant = found.plant
                lines.append(
                    f"  seed {result.seed}: {plant.name} {plant.wanted and plant.wanted.key} of "
                    f"{plant.start:%a %H:%M}, due {plant.due:%H:%M}: {at}"
                )
    return lines
