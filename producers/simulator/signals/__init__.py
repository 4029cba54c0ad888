"""What the simulated shops' customers and systems say beside what is bought, and causes to plant."""

from daybook.producers.simulator.signals.causes import Cause, PlantedCause, loses, lost
from daybook.producers.simulator.signals.past import signals_of_like_day
from daybook.producers.simulator.signals.quarters import quarter_signals
from daybook.producers.simulator.signals.stream import simulate_signals

__all__ = [
    "Cause",
    "PlantedCause",
    "loses",
    "lost",
    "quarter_signals",
    "signals_of_like_day",
    "simulate_signals",
]
