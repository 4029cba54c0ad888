"""Square: orders, fetched by id, and refunds of payments."""

from daybook.producers.adapters.square.adapter import SquareAdapter

__all__ = ["SquareAdapter"]
