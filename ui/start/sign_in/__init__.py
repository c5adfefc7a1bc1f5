"""Signing in: the form, and the one for who has a code instead of a password."""
