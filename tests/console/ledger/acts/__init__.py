"""Tests of acts by hand."""
