"""The screen Batches."""
