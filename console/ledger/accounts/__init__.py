"""Accounts: the list, one from every side, and what is changed by hand."""
