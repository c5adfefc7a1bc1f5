"""What reading and moving a million credits costs."""
