"""A plant as in the tests of streams, for whoever works on it, and stores as in those of sinks."""

from tests.sinks.conftest import embedded
from tests.streams.conftest import plant

__all__ = ["embedded", "plant"]
