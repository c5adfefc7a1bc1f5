"""One batch: how far it is, what it holds, what can be done with it."""
