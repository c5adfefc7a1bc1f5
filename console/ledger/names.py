"""Names of accounts as they are asked for."""

from __future__ import annotations

from typing import Final

LAST_CHARACTER: Final = "\U0010ffff"
"""What stands after every other character: `prefix + LAST_CHARACTER` ends the range of a prefix."""


def asked_name(text: str) -> str:
    """Return a name as the ledger writes it; letters beyond ASCII stay, or a Kelvin sign would find a k."""
    name = text.strip()
    return name.lower() if name.isascii() else name
