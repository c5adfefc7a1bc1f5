"""What stands at a path that somebody named: only regular files are read, and only they are written over."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from console.errors import FileRefusedError, WrongFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Yield a regular file, open for reading.

    Raises WrongFileError when it is not there, is something else or may not be read, and FileRefusedError
    when the system fails while it is read. A pipe may never give anything, and a device never end.
    """
    try:
        kind = _kind(path.stat().st_mode)
        if kind is not None:
            raise WrongFileError(str(path), f"this is {kind}; name a file.")
        file = path.open("rb")
    except FileNotFoundError as error:
        raise WrongFileError(str(path), "there is no such file.") from error
    except OSError as error:
        raise WrongFileError(str(path), f"it cannot be opened: {error.strerror or error}.") from error
    with file:
        try:
            yield file
        except OSError as error:
            raise FileRefusedError(str(path), f"it cannot be read: {error.strerror or error}.") from error


def refuse_other_than_file(path: Path) -> None:
    """Raise WrongFileError when something that is no regular file stands where one is to be written.

    A rename would put a file in the place of a device or a pipe. A symbolic link is refused rather than
    followed: in a folder that others may write to, it leads where they want.
    """
    try:
        kind = _kind(path.lstat().st_mode)
    except OSError:  # nothing is there, or writing will say why it cannot be
        return
    if kind is not None:
        raise WrongFileError(
            str(path), f"there is {kind}, and only a file is written over. Choose another name."
        )


def _kind(mode: int) -> str | None:
    """Return what a mode says is there, or None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "no regular file")
