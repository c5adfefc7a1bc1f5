"""What this program itself takes of the machine."""

from __future__ import annotations

import psutil


def memory_bytes() -> int:
    """Return the memory that this process holds, shared libraries included."""
    return int(psutil.Process().memory_info().rss)
