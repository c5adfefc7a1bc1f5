"""Tests of what the console measures of itself."""
