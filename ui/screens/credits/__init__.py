"""The credits desk: what expires when, the credits of all customers, and what is done to many at once."""
