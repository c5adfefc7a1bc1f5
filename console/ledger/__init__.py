"""What the ledger can do and tell, a folder a subject; no subject knows another."""
