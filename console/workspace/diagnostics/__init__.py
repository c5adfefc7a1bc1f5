"""What is given to whoever helps: versions and figures, and nothing of customers, operators or secrets."""
