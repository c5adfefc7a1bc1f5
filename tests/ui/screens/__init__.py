"""The screens, on a real ledger."""
