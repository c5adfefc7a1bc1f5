"""The installer for Windows, and its entry in WinGet."""
