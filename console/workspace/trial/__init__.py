"""A connection tried step by step: what is wrong, who can fix it, and the ledger made where it may be."""
