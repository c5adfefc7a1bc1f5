"""Whether the ledger adds up and nobody changed it behind its back: `questions.verify` asks everything."""
