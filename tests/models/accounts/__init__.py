"""Tests of the SQL functions of accounts."""
