"""Recognition: who has earned what, and for which sales."""
