"""What the running processes tell about themselves: names, readings, and where Prometheus finds them."""
