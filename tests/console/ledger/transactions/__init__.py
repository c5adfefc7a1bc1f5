"""Tests of console.ledger.transactions."""
