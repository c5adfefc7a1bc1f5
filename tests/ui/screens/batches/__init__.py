"""Tests of the screen batches."""
