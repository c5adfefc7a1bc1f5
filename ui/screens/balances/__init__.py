"""The screen Balances."""
