"""Alerts: what is found, what becomes of it, who is told. Every decision is pure and has its reason."""
