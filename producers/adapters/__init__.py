"""Adapters: from what a foreign shop system sends to sale events, purely. The routes are in ``hooks``."""
