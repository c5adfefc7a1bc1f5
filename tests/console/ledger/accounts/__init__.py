"""Tests of console.ledger.accounts."""
