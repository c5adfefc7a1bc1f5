"""The ledger under fire: what dies, hangs and is cut must not move a wrong amount."""
