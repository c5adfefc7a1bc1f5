"""Tests of console.ledger.credits."""
