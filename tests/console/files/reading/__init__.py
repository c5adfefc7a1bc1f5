"""Tests of console.files.reading."""
