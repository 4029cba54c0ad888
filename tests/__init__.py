"""Tests, in folders named after what they test; what several of them need is in support."""
