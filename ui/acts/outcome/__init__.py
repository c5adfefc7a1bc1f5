"""What came of an act, and how the form ends with it."""
