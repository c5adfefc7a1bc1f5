"""Tests of an account's timeline."""
