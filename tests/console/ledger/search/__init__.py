"""Tests of console.ledger.search."""
