"""Tests of console.profiles."""
