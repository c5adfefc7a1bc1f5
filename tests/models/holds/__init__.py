"""Tests of the SQL functions of holds."""
