"""Tests of the screens that hold the ledger in check."""
