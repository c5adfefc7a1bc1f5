"""Tests of the SQL functions of transactions."""
