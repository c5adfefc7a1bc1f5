"""Approvals: requests, who agrees to them, and what has changed since they were made."""
