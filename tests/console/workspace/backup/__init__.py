"""Tests of console.workspace.backup."""
