"""What the console measures of itself while it is open."""
