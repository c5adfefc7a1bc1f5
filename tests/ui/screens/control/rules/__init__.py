"""Tests of the screen of rules and limits."""
