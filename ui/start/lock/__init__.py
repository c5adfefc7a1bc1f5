"""The locked window: when it locks, what stands there meanwhile, and how work goes on."""
