"""One statement of the console: its figures and its plan."""
