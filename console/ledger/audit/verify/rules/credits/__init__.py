"""Credits and holds: what there is of them, what was captured, and how their ends came about."""
