"""Tampering: what only an owner or a superuser can do to a ledger, and how it is found."""
