"""The ledger that one run works with: opened, made, migrated and filled."""
