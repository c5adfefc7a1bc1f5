"""Tests of the screen server."""
