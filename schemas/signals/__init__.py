"""What travels on ``sales.signals``: what customers and systems say and do beside what is bought."""
