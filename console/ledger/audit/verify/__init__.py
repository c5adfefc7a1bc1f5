"""Does the ledger add up, and has nobody changed it? The questions and what they found."""
