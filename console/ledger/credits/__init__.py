"""Credits: granted, spent in order, expired."""
