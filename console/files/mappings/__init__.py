"""Which column of a file means what: proposed, chosen, kept."""
