"""Tests of the screen queries."""
