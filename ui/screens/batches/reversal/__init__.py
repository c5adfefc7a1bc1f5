"""The reversal of a posted batch."""
