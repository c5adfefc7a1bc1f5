"""Propose a mapping from a file's header and first rows; a person looks at it before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from console.files.mappings import words
from console.files.mappings.mapping import BankMapping, Mapping, TransfersMapping
from console.files.reading.dates import parse_date
from console.files.text import plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNS = ("-", "+", "\u2212")
_GRANTER = "@issuance"
Sample = dict[str, list[str]]
"""The cells seen so far that are not empty, by column."""


def suggest(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping | None:
    """Return the likeliest mapping, or None when no amount or no account can be recognised.

    Layout is left to be found out; no users are made; a payer that no column names is @issuance, whose
    lines may be grants of credit that has a source and expires.
    """
    sample: Sample = {
        column: [row[index] for row in rows if index < len(row) and row[index].strip()]
        for index, column in enumerate(header)
        if column and header.count(column) == 1
    }
    titles = {words.plain_words(column): column for column in reversed(list(sample))}
    amount = _first(titles, words.AMOUNT)
    if amount is None:
        return None
    try:
        return _bank(titles, sample, amount) or _transfers(titles, sample, amount)
    except ValidationError:  # a header that no mapping can name, such as one of 300 letters
        return None


def _bank(titles: dict[str, str], sample: Sample, amount: str) -> BankMapping | None:
    account = _first(titles, words.ACCOUNT)
    if account is None or _first(titles, words.FROM) or _first(titles, words.TO):
        return None
    direction, credit, debit = _direction(titles, sample)
    if direction is None and not any(cell.strip().startswith(_SIGNS) for cell in sample[amount]):
        return None
    date_column = _first(titles, words.DATE)
    texts = [titles[title] for title in words.DESCRIPTION if title in titles]
    return BankMapping(
        account_column=account,
        amount_column=amount,
        direction_column=direction,
        credit_values=credit,
        debit_values=debit,
        description_columns=tuple(texts),
        reference_column=_reference(titles, sample),
        date_column=date_column,
        date_format=_date_format(sample, date_column),
        currency_column=_first(titles, words.CURRENCY),
    )


def _transfers(titles: dict[str, str], sample: Sample, amount: str) -> TransfersMapping | None:
    expires = _first(titles, words.EXPIRES)
    # Beside an expiry "source" is what the credit is called, and not who pays.
    payer = _first(titles, [name for name in words.FROM if expires is None or name not in words.SOURCE])
    payee = _first(titles, words.TO) or _first(titles, words.ACCOUNT)
    if payee is None:
        return None
    source = None
    if expires is not None or payer is None or {plain_name(cell) for cell in sample[payer]} == {_GRANTER}:
        source = _first(titles, words.SOURCE)
    date_column = _first(titles, words.DATE)
    return TransfersMapping(
        from_column=payer,
        from_constant=_GRANTER if payer is None else None,
        to_column=payee,
        amount_column=amount,
        reference_column=_reference(titles, sample),
        description_column=_first(titles, words.DESCRIPTION),
        date_column=date_column,
        date_format=_date_format(sample, date_column, expires),
        currency_column=_first(titles, words.CURRENCY),
        source_column=source,
        expires_column=expires,
    )


def _first(titles: dict[str, str], names: Sequence[str]) -> str | None:
    return next((titles[name] for name in names if name in titles), None)


def _direction(titles: dict[str, str], sample: Sample) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Return the column all of whose cells are words for credit and debit, and those words."""
    for title in words.DIRECTION:
        column = titles.get(title)
        seen = {cell.strip().casefold() for cell in sample[column]} if column is not None else set()
        for credit, debit in words.DIRECTIONS:
            if seen and seen <= {word.casefold() for word in (*credit, *debit)}:
                return column, credit, debit
    return None, (), ()


def _reference(titles: dict[str, str], sample: Sample) -> str | None:
    """Return the first likely column whose cells are all different: a whole one, else one with some gaps.

    A gap is a problem of its line; a column that is empty on most lines is for something else.
    """
    most = max(len(cells) for cells in sample.values())
    likely = [titles[title] for title in words.REFERENCE if title in titles]
    different = [column for column in likely if len(set(sample[column])) == len(sample[column])]
    whole = (column for column in different if len(sample[column]) == most)
    return next(whole, next((column for column in different if 2 * len(sample[column]) >= most), None))


def _date_format(sample: Sample, *columns: str | None) -> str | None:
    """Return the first format that reads all cells; None is ISO 8601, also when nothing fits."""
    cells = [cell for column in columns if column is not None for cell in sample[column]]
    if _all_dates(cells, None):
        return None
    return next((form for form in words.DATE_FORMATS if _all_dates(cells, form)), None)


def _all_dates(cells: Sequence[str], form: str | None) -> bool:
    try:
        for cell in cells:
            parse_date(cell.strip(), form)
    except ValueError:
        return False
    return True
