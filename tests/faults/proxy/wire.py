"""PostgreSQL's protocol as it passes by: enough to see a commit coming and to know it was answered."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

_HEAD: Final = 4
_SSL_REQUEST: Final = 80877103
_GSS_REQUEST: Final = 80877104
_COMMIT: Final = re.compile(rb"\s*(COMMIT|END)\b", re.IGNORECASE)
_BEGIN: Final = re.compile(rb"\s*(BEGIN|START)\b", re.IGNORECASE)
# A call of one of the ledger's functions; outside a transaction block the server commits it by itself.
_CALL: Final = re.compile(rb"\s*SELECT ledger\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a client; `commits` when the server commits a write on receiving it."""

    raw: bytes
    commits: bool = False
    asks_for_encryption: bool = False


class Frontend:
    """What a client sends. `in_block` is the server's word, or ours while a BEGIN is on its way."""

    def __init__(self) -> None:
        self.in_block = False
        self._buffer = bytearray()
        self._started = False
        self._statements: dict[bytes, bytes] = {}
        self._portals: dict[bytes, bytes] = {}
        self._wrote = False

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes in and return the messages that are complete."""
        self._buffer += data
        messages = []
        while (length := self._length()) is not None:
            raw = bytes(self._buffer[:length])
            del self._buffer[:length]
            messages.append(self._message(raw) if self._started else self._start_up(raw))
        return messages

    def _length(self) -> int | None:
        """Return how long the first message is, once all of it is here; the first ones bear no letter."""
        letter = 1 if self._started else 0
        if len(self._buffer) < letter + _HEAD:
            return None
        (length,) = struct.unpack_from("!I", self._buffer, letter)
        return letter + length if len(self._buffer) >= letter + length else None

    def _start_up(self, raw: bytes) -> Message:
        (code,) = struct.unpack_from("!I", raw, _HEAD)
        if code in {_SSL_REQUEST, _GSS_REQUEST}:
            return Message(raw, asks_for_encryption=True)
        self._started = True
        return Message(raw)

    def _message(self, raw: bytes) -> Message:
        body = raw[1 + _HEAD :]
        match raw[:1]:
            case b"Q":
                return Message(raw, self._runs(body) or self._writes_alone())
            case b"P":
                name, text, _ = body.split(b"\0", 2)
                self._statements[name] = text
            case b"B":
                portal, name, _ = body.split(b"\0", 2)
                self._portals[portal] = self._statements.get(name, b"")
            case b"E":
                return Message(raw, self._runs(self._portals.get(body.partition(b"\0")[0], b"")))
            case b"S":
                return Message(raw, self._writes_alone())
        return Message(raw)

    def _runs(self, text: bytes) -> bool:
        """Note what a statement means for the commit to come; true when it is the COMMIT itself."""
        if _BEGIN.match(text):
            self.in_block = True
        elif _CALL.match(text):
            self._wrote = True
        return _COMMIT.match(text) is not None

    def _writes_alone(self) -> bool:
        """Whether the call that ends here commits by itself."""
        alone = self._wrote and not self.in_block
        self._wrote = False
        return alone


class Backend:
    """What the server sends: only where its answers end."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in and return the states of the transaction that it reported: I, T or E."""
        self._buffer += data
        states = []
        while len(self._buffer) > _HEAD:
            (length,) = struct.unpack_from("!I", self._buffer, 1)
            if len(self._buffer) < 1 + length:
                break
            if self._buffer[:1] == b"Z":
                states.append(bytes(self._buffer[1 + _HEAD : 2 + _HEAD]))
            del self._buffer[: 1 + length]
        return states
