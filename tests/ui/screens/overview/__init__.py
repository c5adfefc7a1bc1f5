"""Tests of the overview's screen."""
