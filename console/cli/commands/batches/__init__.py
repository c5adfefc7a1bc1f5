"""Batches from the command line, and the mappings of their files."""
