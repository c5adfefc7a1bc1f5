"""Tests of the SQL functions of audit."""
