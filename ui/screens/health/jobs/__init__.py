"""The automatic jobs on the console's page: who runs them, how they stand, what came of their runs."""
