"""Tests of console.ledger."""
