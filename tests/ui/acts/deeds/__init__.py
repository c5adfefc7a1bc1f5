"""The dialog of a deed."""
