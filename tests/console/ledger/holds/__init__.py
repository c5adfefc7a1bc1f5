"""Tests of console.ledger.holds."""
