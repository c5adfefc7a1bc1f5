"""The audit chain: what was done and refused, one event in full, and what it changed."""
