"""What a text names anywhere in the ledger."""
