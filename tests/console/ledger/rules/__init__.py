"""Tests of console.ledger.rules."""
