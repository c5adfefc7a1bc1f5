"""The cards beside a batch: what can be done with it, who decides, and how it was posted."""
