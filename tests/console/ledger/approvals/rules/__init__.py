"""Tests of console.ledger.approvals.rules."""
