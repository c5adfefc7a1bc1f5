"""Lists as every screen shows them."""
