"""Writes one setting into the user's settings.toml and leaves the rest of the file as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from console.errors import ConsoleError

if TYPE_CHECKING:
    from pathlib import Path


class SettingNotKeptError(ConsoleError):
    """The settings file could not be written."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"{file} cannot be written: {reason}. The setting holds until the console is closed."
        )


def keep_setting(file: Path, key: str, value: int) -> None:
    """Set a whole number in the file, which is made when there is none; raises SettingNotKeptError."""
    try:
        before = file.read_text(encoding="utf-8-sig") if file.exists() else ""
        line = f"{key} = {value}"
        # All settings stand at the top level: the file has no tables that the line could fall into.
        known = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=.*$", re.MULTILINE)
        if known.search(before):
            after = known.sub(line, before, count=1)
        else:
            after = f"{before}{'' if not before or before.endswith(chr(10)) else chr(10)}{line}\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a broken file would keep the console from starting.
        fresh = file.with_name(f"{file.name}.{uuid4().hex[:8]}")
        fresh.write_text(after, encoding="utf-8")
        fresh.replace(file)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not UTF-8 text"
        raise SettingNotKeptError(file, reason) from None
