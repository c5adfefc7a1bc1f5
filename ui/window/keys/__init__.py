"""The list of all keys: those that can be set anew, and those that belong to a place."""
