"""What keeps the ledger in order: who may do what, and what needs whom."""
