"""The diagnostics as one file: an archive of texts, for its owner's eyes."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING, Final

from console.errors import ConsoleError
from console.settings.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from console.workspace.diagnostics.texts import DiagnosticFile

SUFFIX: Final = ".zip"
_FOLDER: Final = "ledger-console-diagnostics"
_MODE: Final = 0o600 << 16


class DiagnosticsNotSavedError(ConsoleError):
    """The file with the diagnostics could not be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be written: {reason}. Choose another folder.")


class DiagnosticsThereError(ConsoleError):
    """There is a file already, and nobody said that it may go."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already; name another file, or say --overwrite.")


def packed(files: Iterable[DiagnosticFile]) -> bytes:
    """Return the archive; its texts are those of the files, byte for byte."""
    whole = io.BytesIO()
    now = time.localtime()[:6]
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{_FOLDER}/{file.name}", now)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _MODE
            archive.writestr(entry, file.text.encode())
    return whole.getvalue()


def save(files: Iterable[DiagnosticFile], path: Path, *, overwrite: bool) -> None:
    """Write the archive, readable for its owner only; raises DiagnosticsThereError and -NotSavedError."""
    if path.exists() and not overwrite:
        raise DiagnosticsThereError(path)
    try:
        write_private(path, packed(files))
    except OSError as error:
        raise DiagnosticsNotSavedError(path, error.strerror or "it is not known why") from None
