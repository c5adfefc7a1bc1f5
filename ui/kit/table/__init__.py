"""The table every list stands in, and its models."""
