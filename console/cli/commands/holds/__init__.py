"""Holds from the command line."""
