"""The automatic jobs in the database: lease, runs, daily figures, hints."""
