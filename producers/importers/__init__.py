"""Readers of other systems' files: from rows to events, with what was skipped and why."""
