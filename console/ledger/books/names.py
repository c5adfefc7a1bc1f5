"""What currencies are called and how many decimals they usually have, from Unicode's CLDR by Babel."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_CRYPTO_AND_CREDITS: Final = {"BTC": ("Bitcoin", 8), "CR": ("Credits", 2)}
"""What CLDR has not: no state issues them."""


@lru_cache(maxsize=256)
def currency_name(code: str) -> str:
    """Return a currency's English name; empty for one that only its ledger knows."""
    from babel import Locale  # noqa: PLC0415 - its tables take 60 ms, and most commands name no currency

    own = _CRYPTO_AND_CREDITS.get(code)
    return own[0] if own is not None else Locale("en").currencies.get(code, "")


@lru_cache(maxsize=256)
def usual_decimals(code: str) -> int | None:
    """Return how many decimals a currency usually has: JPY 0, BHD 3; None for an unknown one."""
    from babel.numbers import get_currency_precision  # noqa: PLC0415 - as above

    own = _CRYPTO_AND_CREDITS.get(code)
    if own is not None:
        return own[1]
    return get_currency_precision(code) if currency_name(code) else None


def currency_words(code: str) -> str:
    """Return code and name, as a choice shows them: `JPY`, a dash, `Japanese Yen`."""
    name = currency_name(code)
    return f"{code} \N{EN DASH} {name}" if name else code
