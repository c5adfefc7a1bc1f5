"""Holds: money set aside, captured or released."""
