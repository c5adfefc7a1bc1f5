"""Files that come in as lines and go out as tables."""
