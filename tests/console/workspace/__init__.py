"""Tests of console.workspace."""
