"""Tests of the words of refusals."""
