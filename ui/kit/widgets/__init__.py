"""The small parts of screens and dialogs."""
