"""Rules, limits, allowances and currencies: what needs whom, and what an administrator changes of it."""
