"""Tests of the window around the screens."""
