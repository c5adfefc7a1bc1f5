"""How far a long job has come, in words that a window and a terminal show alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """What is being done, and how much of it is; a total of 0 says that nobody knows."""

    words: str
    done: int = 0
    total: int = 0


Tell = Callable[[Step], None]
"""Hears each step; what it raises ends the job."""


def untold(_step: Step) -> None:
    """Tell nobody."""
