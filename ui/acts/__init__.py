"""Single acts: one form for whatever can be done to an account or a transaction, and what opens it."""
