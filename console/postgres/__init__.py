"""The way to PostgreSQL: pooled sessions, errors in words, the breaker, the embedded server."""
