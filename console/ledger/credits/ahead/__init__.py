"""What is to come of open credit: when it ends, what stays unused, what balances will be."""
