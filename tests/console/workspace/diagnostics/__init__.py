"""Diagnostics say how the console stands, and nothing of anybody's."""
