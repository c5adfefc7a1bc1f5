"""Tests of the SQL functions of credits."""
