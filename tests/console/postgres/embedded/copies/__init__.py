"""Tests of console.postgres.embedded.copies."""
