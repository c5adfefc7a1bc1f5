"""The screen Queries."""
