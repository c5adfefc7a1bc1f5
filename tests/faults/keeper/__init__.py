"""The keeper under kills, stops and clocks that are moved."""
