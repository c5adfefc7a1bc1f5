"""A list as every screen shows it, and its export."""
