"""The text of a file as physical lines, read once in pieces of bounded size, hashed on the way."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.errors import FileRefusedError
from console.files.places import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from console.postgres.cancellation import Cancellation

PIECE_SIZE = 1 << 18
RECORD_LIMIT = 1 << 20
"""Characters that one line, and one record of several lines, may have."""

_BREAK = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Charset:
    """An encoding, the length of the byte order mark before the text, and how sure it is (1.0: certain)."""

    encoding: str
    mark_size: int
    confidence: float

    @property
    def guessed(self) -> bool:
        """Whether somebody should look at the text before it is trusted."""
        return self.confidence < 1.0


class Source:
    """Gives the lines of a file with their ends; `sha256` and `size` count what was read so far."""

    def __init__(
        self,
        path: Path,
        charset: Charset,
        *,
        cancel: Cancellation | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.path = path
        self.size = 0
        self._charset = charset
        self._cancel = cancel
        self._progress = progress
        self._digest = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder(charset.encoding)("strict")
        self._given = 0  # lines
        self._rest = ""  # the start of the line that the last piece cut

    @property
    def sha256(self) -> str:
        """Of all bytes read so far, in hex."""
        return self._digest.hexdigest()

    def refuse(self, reason: str, line: int | None = None) -> FileRefusedError:
        """Make the error that names this file."""
        return FileRefusedError(str(self.path), reason, line=line)

    def lines(self) -> Iterator[str]:
        """Yield line after line, each ending in LF, CR or CRLF but perhaps the last; only once."""
        for text in self._texts():
            # A CR at the very end of a piece may be the half of a CRLF, so it waits for the next piece.
            whole = list(io.StringIO(self._rest + text, newline=""))
            self._rest = whole.pop() if whole and not whole[-1].endswith("\n") else ""
            for line in whole:
                self._given += 1
                yield line
            if len(self._rest) > RECORD_LIMIT:
                raise self.refuse(f"this line is longer than {RECORD_LIMIT:,} characters.", self._given + 1)
        yield from io.StringIO(self._rest, newline="")

    def _texts(self) -> Iterator[str]:
        with opened(self.path) as file:
            while piece := file.read(PIECE_SIZE):
                yield self._decoded(piece, final=False)
        yield self._decoded(b"", final=True)

    def _decoded(self, piece: bytes, *, final: bool) -> str:
        if self._cancel is not None:
            self._cancel.check()
        text_part = piece[self._charset.mark_size :] if self.size == 0 else piece
        self._digest.update(piece)
        self.size += len(piece)
        try:
            text = self._decoder.decode(text_part, final=final)
        except UnicodeDecodeError as error:
            raise self._undecodable(error) from error
        if "\0" in text:
            raise self._binary(text)
        if self._progress is not None:
            self._progress(self.size)
        return text

    def _undecodable(self, error: UnicodeDecodeError) -> FileRefusedError:
        """Name the first byte that is no text; the decoder may have kept bytes of the piece before."""
        offset = self.size - len(error.object) + error.start
        before = error.object[: error.start].decode(self._charset.encoding)
        line = self._given + 1 + len(_BREAK.findall(self._rest + before))
        byte = error.object[error.start]
        guess = " (it was guessed)" if self._charset.guessed else ""
        reason = (
            f"byte 0x{byte:02X} at offset {offset:,} is not {self._charset.encoding}{guess}. "
            "State the file's encoding in the mapping, or save the file as UTF-8."
        )
        return self.refuse(reason, line)

    def _binary(self, text: str) -> FileRefusedError:
        before = self._rest + text[: text.index("\0")]
        reason = (
            "there is a NUL character, so this is no CSV in "
            f"{self._charset.encoding}. If it is UTF-16 without a mark, state utf-16-le in the mapping."
        )
        return self.refuse(reason, self._given + 1 + len(_BREAK.findall(before)))
