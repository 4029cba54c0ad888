"""What commands do to a store, apart from how they are asked: from the command line, or of a running demo."""
