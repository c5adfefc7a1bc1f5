"""The proxy that cuts connections."""
