"""Tests of the screen health."""
