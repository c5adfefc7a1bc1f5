"""Backups of the ledger on this computer: made, read, restored, and made again at set times."""
