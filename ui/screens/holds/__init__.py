"""The holds of all accounts: how long they wait, what a capture would use, and what is done with them."""
