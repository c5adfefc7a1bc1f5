"""Tests of console.queries."""
