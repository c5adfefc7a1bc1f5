"""Several at once on one ledger, each in a process of its own."""
