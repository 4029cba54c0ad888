"""What is looked at: SQL, boards as code, the live page."""
