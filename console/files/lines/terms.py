"""What a file's amounts and dates mean, which the file itself does not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from console.money import Currency  # noqa: TC001 - part of a public dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """The currency of the amounts, and the zone of dates and of times that name none.

    others: further currencies, where each line is in the one that its currency column names.
    """

    currency: Currency
    zone: tzinfo = UTC
    others: tuple[Currency, ...] = ()

    @property
    def currencies(self) -> tuple[Currency, ...]:
        """All that a line may be in."""
        return (self.currency, *self.others)
