"""Tests of the SQL functions of batches."""
