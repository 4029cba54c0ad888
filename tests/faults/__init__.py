"""Faults on purpose: what is done to a running Daybook, and that its totals stand afterwards."""
