"""What the console's own statements cost: recorded, budgeted, watched and kept."""
