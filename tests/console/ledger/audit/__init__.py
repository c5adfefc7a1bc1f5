"""Tests of console.ledger.audit."""
