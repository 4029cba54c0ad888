"""Signals counted: the same exact core as for sales, over what customers and systems say and do."""
