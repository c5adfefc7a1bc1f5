"""How large a demo is."""

from __future__ import annotations

from typing import Final

DEMO_SIZE: Final = (2_000, 60_000)
"""Users and transactions that an empty embedded ledger gets."""
