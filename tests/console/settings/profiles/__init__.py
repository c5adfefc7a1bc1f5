"""Tests of console.settings.profiles."""
