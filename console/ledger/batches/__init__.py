"""Batches: loaded, checked, rehearsed, posted and reversed as one transaction."""
