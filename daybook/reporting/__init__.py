"""The written report as people read it: HTML, Markdown, CSV, and its sentences."""
