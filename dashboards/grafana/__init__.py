"""Grafana's boards as code: built here, kept as JSON beside it, deployed over Grafana's HTTP API."""
