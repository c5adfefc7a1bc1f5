"""Tests of console.files.mappings."""
