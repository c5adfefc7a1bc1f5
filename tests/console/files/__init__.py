"""Tests of console.files."""
