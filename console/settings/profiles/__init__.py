"""The ledgers that this computer's user works with: where each is, and what may be done there."""
