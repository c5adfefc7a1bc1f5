"""Tests of the ledger at a glance."""
