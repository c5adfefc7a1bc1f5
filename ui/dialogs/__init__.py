"""The windows above the window, one file each."""
