"""Tests of the whole program from its commands."""
