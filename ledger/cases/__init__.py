"""Investigations: what moved in the hours of a shortfall, and how a case goes from there to its cause."""
