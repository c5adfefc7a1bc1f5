"""A private PostgreSQL server for a machine that has none."""
