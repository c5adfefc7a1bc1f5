"""Integrity on a real ledger."""
