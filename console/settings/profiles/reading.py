"""A JSON file that somebody else may have written: read up to a size, and told what is wrong with it."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

from console.errors import WrongFileError

if TYPE_CHECKING:
    from pathlib import Path

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer would be waited for
_SHOWN = 60


def json_object(path: Path, most_bytes: int) -> dict[str, Any]:
    """Return what a file says; raises FileNotFoundError where none is, and WrongFileError with what is wrong.

    No more than `most_bytes` are read, and what cannot be JSON's is refused: NaN, a key that stands twice.
    """
    try:
        if path.is_dir():
            raise WrongFileError(str(path), "this is a folder; name a file.")
        descriptor = os.open(path, os.O_RDONLY | _NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise WrongFileError(str(path), "this is no file; name a file.")
            data = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise WrongFileError(str(path), f"it cannot be read: {error.strerror or error}.") from None
    if len(data) > most_bytes:
        raise WrongFileError(
            str(path), f"it is larger than {most_bytes:,} bytes, and no file of profiles is."
        )
    try:
        found = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once_each, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise WrongFileError(str(path), f"it is not JSON: {error.msg}.", line=error.lineno) from None
    except UnicodeDecodeError:
        raise WrongFileError(str(path), "it is not UTF-8 text.") from None
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise WrongFileError(str(path), f"{reason}.") from None
    if not isinstance(found, dict):
        raise WrongFileError(str(path), "it holds no object with profiles.")
    return found


def shown(value: object) -> str:
    """Return a value of such a file as it may be shown: short, unseen characters as escapes."""
    written = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__
    return written if len(written) <= _SHOWN else f"{written[: _SHOWN - 1]}…"


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse_constant(written: str) -> None:
    raise ValueError(f"{written} is no number of JSON's")
