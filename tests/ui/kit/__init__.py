"""Tests of what every screen is made of."""
