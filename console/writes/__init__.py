"""The way to write: one operation under one key, kept in the outbox until its outcome is known."""
