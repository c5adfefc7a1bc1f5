"""Tests of the SQL functions of operators."""
