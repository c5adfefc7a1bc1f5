"""The ways to a ledger, each from the first window to its own."""
