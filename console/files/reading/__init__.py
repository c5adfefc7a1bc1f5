"""A file's bytes as records: its charset, its dialect, its dates."""
