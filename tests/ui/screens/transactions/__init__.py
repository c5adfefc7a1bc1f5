"""Tests of the screen transactions."""
