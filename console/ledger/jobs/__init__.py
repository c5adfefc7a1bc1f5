"""What the ledger does by itself: the jobs, how they stand, and the keeper that runs them."""
