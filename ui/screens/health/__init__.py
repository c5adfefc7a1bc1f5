"""The screen Console: how the program itself is."""
