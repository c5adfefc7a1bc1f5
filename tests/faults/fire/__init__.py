"""The bank under fire, and the bugs that it must find."""
