"""Tests of console.files.lines."""
