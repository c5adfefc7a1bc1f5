"""The walk through every screen that draws a picture of each."""
