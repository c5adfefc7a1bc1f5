"""Tests of what the console's own statements cost."""
