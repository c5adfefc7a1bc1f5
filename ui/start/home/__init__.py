"""Before a ledger is open: which there are, and the ways to have another."""
