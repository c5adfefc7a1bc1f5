"""The approvals desk, with real widgets on a real ledger."""
