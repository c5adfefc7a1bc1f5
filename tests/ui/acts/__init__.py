"""The forms of single acts, by keys alone."""
