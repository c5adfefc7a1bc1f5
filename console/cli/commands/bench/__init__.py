"""Measurements from the command line, each beside what it is to be compared with."""
