"""Tests of what the whole ledger goes by: its currencies, and its business day."""
