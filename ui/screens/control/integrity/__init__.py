"""Whether all of the ledger stands: verify, its findings, seals, and the head for paper."""
