"""The automatic jobs: how they stand, and the keeper that runs them."""
