"""One module per board: what it shows, panel by panel."""
