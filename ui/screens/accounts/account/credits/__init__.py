"""The credit of an account: what is there and what was, what each paid for, and what paid for a movement."""
