"""Transactions from the command line: list, transfer, reverse."""
