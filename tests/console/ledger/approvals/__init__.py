"""Tests of console.ledger.approvals."""
