"""What the tour does on each screen."""
