"""What the ledger can do, without a screen."""
