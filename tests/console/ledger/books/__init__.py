"""Tests of the ledger's currencies and of its business day."""
