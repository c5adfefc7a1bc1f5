"""Tests of the SQL functions of approvals."""
