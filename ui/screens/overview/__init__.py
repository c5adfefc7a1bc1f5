"""The screen Overview: what is owed, what came and went today, and what waits."""
