"""Tests of console.postgres."""
