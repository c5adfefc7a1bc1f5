"""The commands of ledgerctl, a file or folder a group."""
