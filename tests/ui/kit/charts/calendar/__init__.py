"""The calendar's picture."""
