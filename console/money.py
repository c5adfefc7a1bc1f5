"""Amounts as whole minor units: one strict grammar in, one formatter out, never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LARGEST = 2**63 - 1  # PostgreSQL's bigint
SMALLEST = -(2**63)
_LONGEST_DIGITS = len(str(LARGEST))
_MINUS_SIGNS = "-\u2212"  # ASCII, and the one that format_amount() writes on screens
_MARK_FORBIDDEN = re.compile(r"[0-9+\-\u2212]")


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency's code and the number of its decimals (0, 2, 3, 8, ...)."""

    code: str
    exponent: int


@lru_cache(maxsize=256)
def currency_of(code: str, exponent: int) -> Currency:
    """Return the currency of a row's two columns; the same object for all of its rows."""
    return Currency(code, exponent)


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How amounts look: decimal mark, mark between groups of three ("" for none), minus sign."""

    decimal: str = "."
    group: str = ","
    minus: str = "\u2212"


PLAIN = NumberStyle(decimal=".", group="", minus="-")
"""The style of files that machines read."""


class AmountError(ValueError):
    """A text that is no amount; `code` is stable, the message says what to write instead."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def parse_amount(
    text: str, exponent: int, *, decimal: str = ".", grouping: str = "", signed: bool = False
) -> int:
    """Minor units of a written amount; raises AmountError.

    Digits are ASCII only. Outer spaces (U+0020 and no other) are stripped. With `grouping`, the whole
    part is either not grouped at all or grouped in threes throughout. A sign is read only when `signed`.
    """
    match = _grammar(decimal, grouping).fullmatch(text.strip(" "))
    if match is None:
        raise _unreadable(text, exponent, decimal)
    sign, whole, fraction = match.groups("")
    if sign and not signed:
        raise AmountError("amount.sign", "Write the amount without a sign; it must be above zero.")
    if len(fraction) > exponent:
        raise _too_many_decimals(exponent)
    if grouping:
        whole = whole.replace(grouping, "")
    digits = whole + fraction.ljust(exponent, "0")
    # The length is looked at first: int() of a very long text is slow, and refused by Python itself.
    if len(digits) > _LONGEST_DIGITS:
        digits = digits.lstrip("0") or "0"
        if len(digits) > _LONGEST_DIGITS:
            raise _out_of_range(exponent, decimal)
    minor = -int(digits) if sign and sign in _MINUS_SIGNS else int(digits)
    if not SMALLEST <= minor <= LARGEST:
        raise _out_of_range(exponent, decimal)
    return minor


def format_amount(minor: int, exponent: int, style: NumberStyle, *, signed: bool = False) -> str:
    """Minor units as text with all decimals; `signed` writes a plus before amounts above zero."""
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    cut = len(digits) - exponent
    whole, fraction = digits[:cut], digits[cut:]
    if style.group:
        whole = f"{int(whole):,}".replace(",", style.group)
    sign = style.minus if minor < 0 else "+" if signed and minor > 0 else ""
    return f"{sign}{whole}{style.decimal}{fraction}" if exponent else f"{sign}{whole}"


@lru_cache(maxsize=64)
def _grammar(decimal: str, grouping: str) -> re.Pattern[str]:
    """Compile the one grammar for two marks; raises ValueError when they cannot be told apart."""
    if len(decimal) != 1 or _MARK_FORBIDDEN.match(decimal):
        raise ValueError(f"{decimal!r} cannot be a decimal mark")
    if len(grouping) > 1 or grouping == decimal or _MARK_FORBIDDEN.match(grouping):
        raise ValueError(f"{grouping!r} cannot be a grouping mark beside {decimal!r}")
    whole = "[0-9]+"
    if grouping:
        whole += rf"|[0-9]{{1,3}}(?:{re.escape(grouping)}[0-9]{{3}})+"
    return re.compile(rf"([+{re.escape(_MINUS_SIGNS)}]?)({whole})(?:{re.escape(decimal)}([0-9]+))?")


def _example(exponent: int, decimal: str) -> str:
    return format_amount(125 * 10**exponent // 10, exponent, NumberStyle(decimal, "", "-"))


def _unreadable(text: str, exponent: int, decimal: str) -> AmountError:
    example = _example(exponent, decimal)
    if not text.strip():
        return AmountError("amount.empty", f"The amount is missing; write a number such as {example}.")
    return AmountError("amount.format", f"This is not an amount; write digits only, such as {example}.")


def _too_many_decimals(exponent: int) -> AmountError:
    if exponent == 0:
        return AmountError("amount.decimals", "This currency has no decimals; write whole units.")
    noun = "decimal" if exponent == 1 else "decimals"
    return AmountError(
        "amount.decimals", f"This currency has {exponent} {noun}; round the amount to that yourself."
    )


def _out_of_range(exponent: int, decimal: str) -> AmountError:
    largest = format_amount(LARGEST, exponent, NumberStyle(decimal, "", "-"))
    return AmountError("amount.range", f"This amount is too large; the most that fits is {largest}.")
