"""The packages for Linux, and what stands in them beside the bundle."""
