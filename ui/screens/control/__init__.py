"""What holds the ledger in check: who did what, and whether all of it stands."""
