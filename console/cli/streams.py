"""Standard output and error while a command runs: lost data is an error of ours, a lost remark is none."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from typing_extensions import override

from console.errors import ConsoleError

if TYPE_CHECKING:
    from collections.abc import Iterator


class OutputLostError(ConsoleError):
    """Data could not be written to standard output."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Standard output cannot be written: {reason}; what the command did in the ledger stands."
        )


class ReaderGoneError(ConsoleError):
    """Whoever reads standard output has closed it, as `head` does; that needs no words."""

    exit_code = 141
    """What a shell expects of a command whose pipe was closed: 128 and the number of SIGPIPE."""


@contextmanager
def standard_streams() -> Iterator[None]:
    """Let prints and flushes inside the block raise OutputLostError or ReaderGoneError."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a code page without a sign is no reason to fail
    sys.stdout, sys.stderr = cast("TextIO", _Data(sys.stdout)), cast("TextIO", _Remarks(sys.stderr))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


class _Remarks:
    """Standard error: what cannot be told is told to nobody, and nothing stops for it."""

    def __init__(self, stream: TextIO | None) -> None:
        """Python gives None for a stream that was closed when the process began."""
        closed = OSError(errno.EBADF, os.strerror(errno.EBADF))
        self._stream: TextIO = _Failed(closed) if stream is None else stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text; returns its length."""
        with self._watched():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what was kept back."""
        with self._watched():
            self._stream.flush()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # Python writes the rest of an open stream at its very end, and would complain then.
            with suppress(OSError):
                self._stream.close()
            self._stream = _Failed(error)
            self._lost(error)

    def _lost(self, error: OSError) -> None:
        """Do what is to be done when nothing more can be written."""


class _Data(_Remarks):
    """Standard output: a program that reads half of it must be told that it is half."""

    @override
    def _lost(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            raise ReaderGoneError from error
        raise OutputLostError(error.strerror or str(error)) from error


class _Failed(io.StringIO):
    """What stands for a stream that is lost, for typer tries a stream before it prints and hides how."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    @override
    def write(self, text: str) -> int:
        raise self._error
