"""Tests of start, sign-in and session."""
