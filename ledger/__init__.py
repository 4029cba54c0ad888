"""The rules, pure: money, business day, totals, positions. No clock, no I/O, no framework."""
