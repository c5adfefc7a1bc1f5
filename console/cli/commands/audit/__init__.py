"""The audit chain from the command line: what it holds, its seals, and whether all of it stands."""
