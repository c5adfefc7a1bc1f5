"""Tests of the screen balances."""
