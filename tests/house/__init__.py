"""The repository itself: its documents, and what a change touches."""
