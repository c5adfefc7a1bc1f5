"""One request: what it asks for, what has changed since, what would happen now, and the decision."""
