"""One account in the window."""
