"""Tests of the screens that keep the ledger in order."""
