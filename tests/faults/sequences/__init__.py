"""Random sequences against a model of the ledger."""
