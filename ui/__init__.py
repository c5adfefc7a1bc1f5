"""The window: Qt widgets over the console, and nothing the console could do itself."""
