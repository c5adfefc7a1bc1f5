"""The ledger's window around the screens."""
