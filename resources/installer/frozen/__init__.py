"""What runs in the frozen programs alone: their beginning, and how they read their modules."""
