"""Tests of console.ledger.balances."""
