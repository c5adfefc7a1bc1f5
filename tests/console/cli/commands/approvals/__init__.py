"""Requests and delegations by command."""
