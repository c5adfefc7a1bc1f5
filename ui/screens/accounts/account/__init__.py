"""One account: what its balance is, and what stands behind it."""
