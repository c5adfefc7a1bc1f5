"""Approvals: requests and who agrees to them, the rules and limits that ask for it."""
