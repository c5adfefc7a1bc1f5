"""Every screen on a ledger in several currencies."""
