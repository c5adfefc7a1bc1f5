"""Balances of any number of accounts, by name."""
