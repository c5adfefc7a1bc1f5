"""Tests of console.workspace.trial."""
