"""Tests of the credits desk."""
