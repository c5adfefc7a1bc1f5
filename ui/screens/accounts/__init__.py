"""The screen Accounts."""
