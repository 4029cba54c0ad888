"""Backups: what was counted and what was on its way, brought back whole."""
