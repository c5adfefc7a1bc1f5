"""Usernames as they are pasted or stand in a file: separated, trimmed, without a header, in their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console.errors import FileRefusedError
from console.files.reading.charset import detect_charset
from console.files.reading.source import Source
from console.files.text import plain_name
from console.ledger.balances.lookup import NAME_LIMIT
from console.postgres.page import asked_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from console.postgres.cancellation import Cancellation

_SEPARATORS = re.compile(r"[\r\n,;\t\u2028\u2029]+")
_FIRST_CELL = re.compile(r"[^,;\t\r\n]*")
_HEADS = frozenset({"username", "user", "account"})


def names_in_text(text: str) -> tuple[str, ...]:
    """Return the names of a text, separated by line ends, commas, semicolons or tabs; repeats are kept."""
    return _without_head([name for part in _SEPARATORS.split(text) if (name := _cleaned(part))])


def names_in_file(path: Path, *, cancel: Cancellation | None = None) -> tuple[str, ...]:
    """Return the first column of a text or CSV file; raises FileRefusedError, also for too many names."""
    names: list[str] = []
    for line in Source(path, detect_charset(path), cancel=cancel).lines():
        cell = _FIRST_CELL.match(line)
        if cell is not None and (name := _cleaned(cell.group())):
            names.append(name)
        if len(names) > NAME_LIMIT + 1:
            break
    found = _without_head(names)
    if not found:
        raise FileRefusedError(str(path), "there is no name in its first column.")
    if len(found) > NAME_LIMIT:
        raise FileRefusedError(
            str(path), f"it has more than {NAME_LIMIT:,} names; split it and look them up in parts."
        )
    return found


def repeated(names: Sequence[str]) -> int:
    """Return how many names stand in the list more than once and so add nothing."""
    return len(names) - len({asked_name(name) for name in names})


def _cleaned(part: str) -> str:
    """Return one name as the ledger keeps it; what can be no name stays as it was written."""
    written = part.strip().strip('"').strip()
    # NUL and lone surrogates cannot even be sent to the database.
    sendable = written.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return plain_name(sendable) or sendable


def _without_head(names: list[str]) -> tuple[str, ...]:
    # A list of one name only asks for that name, whatever it is.
    if len(names) > 1 and names[0].lower() in _HEADS:
        del names[0]
    return tuple(names)
