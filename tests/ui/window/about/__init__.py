"""About, and the diagnostics that are read before they are saved."""
