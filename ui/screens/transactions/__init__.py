"""The screen Transactions."""
