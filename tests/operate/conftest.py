"""A plant as in the tests of streams, for whoever works on it."""

from tests.streams.conftest import plant

__all__ = ["plant"]
