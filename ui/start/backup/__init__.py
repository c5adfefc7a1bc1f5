"""Backups of a ledger on this computer: making one, and restoring one."""
