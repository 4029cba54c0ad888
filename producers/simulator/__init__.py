"""Shops that do not exist, and all that their tills would send: seeded, so that a run can be repeated."""

from daybook.producers.simulator.shops import simulated_stores
from daybook.producers.simulator.stream import SimulatedRecord, simulate

__all__ = ["SimulatedRecord", "simulate", "simulated_stores"]
