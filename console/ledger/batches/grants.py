"""The same credit for everybody on a list of names: a draft batch, of which nothing is granted yet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from console.files.days import last_day
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches.commands import load
from console.money import NumberStyle, format_amount
from console.settings.private import write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from console.ledger.batches.commands import LoadedBatch
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

_HEAD: Final = ("username", "amount", "source", "until", "description")
_MAPPING: Final = TransfersMapping(
    encoding="utf-8", delimiter=",", quote='"', header_line=1, decimal=".", grouping="",
    from_constant="@issuance", to_column=_HEAD[0], amount_column=_HEAD[1], source_column=_HEAD[2],
    expires_column=_HEAD[3], description_column=_HEAD[4],
)  # fmt: skip
_PLAIN: Final = NumberStyle(".", "", "-")
_FILE: Final = "grants.csv"


@dataclass(frozen=True, slots=True)
class GrantList:
    """Who gets how much each, in minor units of a currency, as credit of a source; without expires_at no end.

    The reason and the ticket stand in each line's description.
    """

    names: tuple[str, ...]
    currency: Currency
    amount: int
    source: str
    expires_at: datetime | None
    reason: str
    ticket: str = ""

    @property
    def total(self) -> int:
        """What all of them get together, in minor units."""
        return self.amount * len(self.names)

    @property
    def description(self) -> str:
        """What each line says."""
        return f"{self.reason}, ticket {self.ticket}" if self.ticket else self.reason

    def as_csv(self, zone: tzinfo) -> str:
        """Return the lines as a file to load like any other; a date is the end of that day in `zone`."""
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(_HEAD)
        amount = format_amount(self.amount, self.currency.exponent, _PLAIN)
        rest = (amount, self.source, _until(self.expires_at, zone), self.description)
        lines.writerows((name, *rest) for name in self.names)
        return text.getvalue()


def load_grants(
    ledger: Ledger,
    wanted: GrantList,
    zone: tzinfo,
    *,
    name: str,
    again: bool = False,
    cancel: Cancellation | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LoadedBatch:
    """Make a draft of a list, all lines or none; its file is kept with it, as that of any batch.

    again: whether the same list may have become a batch before. Raises as `commands.load` does.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / _FILE
        write_private(path, wanted.as_csv(zone))
        terms = Terms(wanted.currency, zone)
        return load(ledger, path, _MAPPING, terms, name=name, again=again, cancel=cancel, progress=progress)


def _until(moment: datetime | None, zone: tzinfo) -> str:
    if moment is None:
        return ""
    day = last_day(moment, zone)
    return moment.isoformat() if day is None else day.isoformat()
