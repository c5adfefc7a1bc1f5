"""How the overview says days, ages and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.files.days import day_words
from console.ledger.books.overview.figures import Since

if TYPE_CHECKING:
    from datetime import date

    from console.ledger.books.overview.figures import Usual
    from console.money import Currency
    from ui.kit.formats import Formats

_FEW: Final = 2
_TENTH: Final = 1_000


def short_day(day: date) -> str:
    """Return a day without its year: `14 Nov`."""
    return day_words(day).rpartition(" ")[0]


def since_words(since: Since, today: date) -> str:
    """Return since when: `yesterday`, `last Saturday`, `29 Oct`."""
    day = since.day(today)
    return {Since.YESTERDAY: "yesterday", Since.WEEK: f"last {day:%A}", Since.MONTH: short_day(day)}[since]


def named(names: tuple[str, ...]) -> str:
    """Return whom it is about: `rosa.g`, `rosa.g and ivo.k`, `rosa.g and 3 others`."""
    if len(names) <= _FEW:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"


def changed(before: int, amount: int, currency: Currency, formats: Formats) -> str:
    """Return by how much something changed: `+669,275.90, 0.8 %`; without a share of nothing."""
    words = formats.amount(amount, currency, signed=True)
    if before <= 0:
        return words
    # In tenths of a per cent, rounded as whole numbers: a sum of money is no float.
    share = (abs(amount) * _TENTH + before // 2) // before
    return f"{words}, {formats.integer(share // 10)}{formats.decimal}{share % 10} %"


def usual_words(usual: Usual | None, today: date, currency: Currency, formats: Formats) -> str:
    """Return what a day like this comes to: `a usual Saturday 240,000.00`."""
    if usual is None:
        return ""
    return f"a usual {today:%A} {formats.amount(usual.amount, currency)}"


def short_amount(minor: int, step: int, currency: Currency, formats: Formats) -> str:
    """Write an amount beside an axis whose lines are a step apart: `40,000`, `1.2 M`, `0.05`."""
    unit = 10**currency.exponent
    if step % unit:
        return formats.amount(minor, currency)
    sign = "\N{MINUS SIGN}" if minor < 0 else ""
    return f"{sign}{formats.about(abs(minor) // unit)}"
