"""Batches whose clients die."""
