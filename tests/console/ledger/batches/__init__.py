"""Tests of console.ledger.batches."""
