"""Which encoding a file is in: certain from its mark or from valid UTF-8, else a guess that says so."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import charset_normalizer

from console.errors import FileRefusedError
from console.files.places import opened
from console.files.reading.source import Charset

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_SIZE = 1 << 20
GUESS_SIZE = 1 << 16
LAST_RESORT = "windows-1252"

UNICODE = ("utf-8", "utf-16-le", "utf-16-be")
SINGLE_BYTE = (
    "windows-1252", "windows-1250", "iso-8859-1", "iso-8859-2", "iso-8859-15", "windows-1251",
    "windows-1253", "windows-1254", "windows-1257", "cp850", "cp852", "mac-roman",
)  # fmt: skip
# In order of preference where the text makes sense in several. A text in windows-1250 has bytes that are
# controls in iso-8859-2, so the latter is found only where it can be meant.
GUESSED = (
    "windows-1252", "iso-8859-2", "windows-1250", "windows-1251", "windows-1253", "windows-1254",
    "windows-1257", "cp852",
)  # fmt: skip
_COHERENCE_MARGIN = 0.03

ENCODINGS = UNICODE + SINGLE_BYTE
"""The names that a mapping may state."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and xls


def detect_charset(path: Path, stated: str | None = None) -> Charset:
    """Look at the start of the file; raises FileRefusedError for what is no text file."""
    sample = _sample(path)
    if sample.startswith(_SPREADSHEETS):
        raise FileRefusedError(str(path), "this is a spreadsheet or an archive; save it as CSV first.")
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            if stated not in (None, encoding):
                reason = (
                    f"it begins with the mark of {encoding}, but the mapping states {stated}; correct that."
                )
                raise FileRefusedError(str(path), reason)
            return Charset(encoding, len(mark), 1.0)
    if stated is not None:
        return Charset(stated, 0, 1.0)
    if _is_utf8(sample):
        return Charset("utf-8", 0, 1.0)
    return _guess(sample)


def _sample(path: Path) -> bytes:
    with opened(path) as file:
        sample = file.read(SAMPLE_SIZE)
    if not sample:
        raise FileRefusedError(str(path), "the file is empty.")
    return sample


def _is_utf8(sample: bytes) -> bool:
    """Whether the sample is UTF-8; its last character may be cut in two."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _guess(sample: bytes) -> Charset:
    """Guess from the part around the first byte that is not ASCII, where the evidence begins."""
    first = next((index for index, byte in enumerate(sample) if byte > 0x7F), 0)  # noqa: PLR2004 - ASCII ends there
    start = max(0, first - GUESS_SIZE // 2)
    part = sample[start : start + GUESS_SIZE]
    matches = charset_normalizer.from_bytes(part, cp_isolation=[codecs.lookup(name).name for name in GUESSED])
    best = matches.best()
    if best is None:
        return Charset(LAST_RESORT, 0, 0.0)
    equals = [
        match
        for match in matches
        if match.chaos <= best.chaos and match.coherence >= best.coherence - _COHERENCE_MARGIN
    ]
    candidates = {codecs.lookup(name).name for match in equals for name in match.could_be_from_charset}
    encoding = next((name for name in GUESSED if codecs.lookup(name).name in candidates), LAST_RESORT)
    # Never 1.0: single-byte encodings share most of their bytes, so no look at the text is proof.
    return Charset(encoding, 0, round(min(0.99, 1.0 - best.chaos) / len(equals), 2))
