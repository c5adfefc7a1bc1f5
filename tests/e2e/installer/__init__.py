"""The packages: what is in them, and how they do on a system that has nothing else."""
