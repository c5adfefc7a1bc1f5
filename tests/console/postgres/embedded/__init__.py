"""Tests of the embedded server, with the real one."""
