"""Queries and the live page, over hand-made rows on the real engine."""
