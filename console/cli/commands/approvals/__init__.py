"""Approvals from the command line: requests, rules and limits."""
