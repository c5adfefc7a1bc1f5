"""Tests of console.cli.commands."""
