"""Tests of console.monitor.recording."""
