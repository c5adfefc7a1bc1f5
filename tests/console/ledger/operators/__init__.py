"""Tests of console.ledger.operators."""
