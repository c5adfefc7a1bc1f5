"""Builds the packages that users install: never part of what they install."""
