"""Tests of the screen of operators."""
