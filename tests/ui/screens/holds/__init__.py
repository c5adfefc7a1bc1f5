"""The desk of holds, with real widgets on a real ledger."""
