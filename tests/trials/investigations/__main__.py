"""``python -m tests.trials.investigations``: the trial, as ``make investigations-trial`` runs it."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.trials.investigations.report import report
from tests.trials.investigations.trial import Trial, run_seed


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 where every cause has its case with the right evidence first, 1 where it falls short."""
    parser = argparse.ArgumentParser(prog="make investigations-trial", description=__doc__)
    parser.add_argument("--seed", type=int, help="this one alone; twenty from 1 on without it")
    parser.add_argument("--seeds", type=int, default=20, help="how many from 1 on")
    parser.add_argument("--stores", type=int, default=24, help="in each of the three regions")
    parser.add_argument("--weeks", type=int, default=1, help="that are watched, after eight to learn from")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    seeds = [options.seed] if options.seed is not None else list(range(1, options.seeds + 1))
    trials = [Trial(seed, options.stores, options.weeks) for seed in seeds]
    with ProcessPoolExecutor(max_workers=min(options.processes, len(trials))) as pool:
        results = list(pool.map(run_seed, trials))
    text, passed = report(results)
    sys.stdout.write(text)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
