"""The screen Server."""
