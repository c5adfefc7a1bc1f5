"""The accounts in the window."""
