"""The approvals desk: what waits for whom, what would happen now, and the decision."""
