"""Tests of where files are kept and of what a user has set."""
