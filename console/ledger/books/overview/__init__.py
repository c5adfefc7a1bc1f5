"""The whole ledger at a glance: what is owed, what came and went, what waits."""
