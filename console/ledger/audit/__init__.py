"""The audit: the chain's pages, the seals, the witness, and the check of it all."""
