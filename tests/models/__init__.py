"""Tests of the schema, the roles and the SQL functions."""
