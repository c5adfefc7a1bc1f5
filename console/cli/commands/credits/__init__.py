"""Credits from the command line: grants, lots, the sweep."""
