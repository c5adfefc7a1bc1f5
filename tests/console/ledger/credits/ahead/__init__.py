"""Tests of console.ledger.credits.ahead."""
