"""What verify asks, a file a part of the ledger."""
