"""Measurements of what the ledger does by itself: jobs and seals."""
