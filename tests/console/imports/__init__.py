"""Tests of the way from a CSV file to checked lines."""
