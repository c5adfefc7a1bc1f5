"""Tests of console.writes."""
