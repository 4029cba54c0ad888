"""Daybook: real-time daily sales tracking."""
