"""Tests of ledgerctl, in this process."""
