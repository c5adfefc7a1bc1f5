"""The audit on a real ledger."""
