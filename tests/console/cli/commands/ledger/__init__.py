"""The commands of the ledger as a whole."""
