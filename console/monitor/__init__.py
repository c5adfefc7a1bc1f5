"""What the console's own statements cost."""
