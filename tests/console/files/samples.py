"""Small files and mappings that the tests of the import share."""

from __future__ import annotations

import os
import stat
from enum import Enum
from typing import TYPE_CHECKING

import pytest

from console.files.lines.reader import Reading, read_lines
from console.files.lines.terms import Terms
from console.files.mappings.mapping import BankMapping, TransfersMapping
from console.money import Currency

if TYPE_CHECKING:
    from pathlib import Path

    from console.files.lines.draft import DraftLine
    from console.files.mappings.mapping import Mapping

EUR = Terms(Currency("EUR", 2))
TRANSFERS = TransfersMapping(
    from_column="from",
    to_column="to",
    amount_column="amount",
    reference_column="reference",
    description_column="description",
    date_column="date",
)
TRANSFERS_HEADER = "from,to,amount,reference,description,date\n"
BANK = BankMapping(
    account_column="account",
    amount_column="amount",
    direction_column="type",
    credit_values=("PRIJEM",),
    debit_values=("VYDAJ", "VYBER"),
    date_column="date",
    date_format="%y%m%d",
    reference_column="id",
    description_columns=("operation", "symbol"),
    account_prefix="bank-",
)
BANK_HEADER = "id;account;date;type;operation;amount;symbol\n"


class Taken(Enum):
    """What may stand at a path and is no file, in our words."""

    FOLDER = "a folder"
    PIPE = "a pipe"
    SOCKET = "a socket"
    DEVICE = "a device"
    LINK = "a symbolic link"

    def put(self, path: Path) -> None:
        """Put one there; the device is that of /dev/full, and the link leads to it."""
        if self is Taken.FOLDER:
            path.mkdir()
        elif self is Taken.LINK:
            path.symlink_to("/dev/full")
        else:
            kinds = {Taken.PIPE: stat.S_IFIFO, Taken.SOCKET: stat.S_IFSOCK, Taken.DEVICE: stat.S_IFCHR}
            try:
                os.mknod(path, kinds[self] | 0o600, os.makedev(1, 7))
            except (AttributeError, PermissionError):
                pytest.skip(f"nobody makes {self.value} here but an administrator")


def write(folder: Path, content: str | bytes) -> Path:
    """Put the content into a file as it is; text as UTF-8 with its own line ends."""
    path = folder / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_all(path: Path, mapping: Mapping) -> tuple[list[DraftLine], Reading]:
    """Read a file to its end."""
    reading = read_lines(path, mapping, EUR)
    return list(reading), reading
