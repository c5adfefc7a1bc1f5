"""The file of a backup: a head in clear, pieces of at most 1 MiB, and SHA-256 over all that comes before."""

# The layout:
#
#   "LEDGERBACKUP" 0x1A, and one byte for the version of this layout
#   4 bytes, big-endian: how long the head is; the head, JSON in UTF-8
#   pieces, each: one byte, 1 for the last and else 0; 4 bytes, big-endian: its length; its content
#   32 bytes: SHA-256 of everything before
#
# With a passphrase each piece is sealed by AES-256-GCM. Its nonce is its number (11 bytes, big-endian) and
# the byte that says whether it is the last; authenticated with it is SHA-256 of all before the first piece.
# So a piece that is changed, left out, moved or cut off is found, and a head that is not this file's. No
# nonce comes twice under a key: each file has a salt of its own, and so a key of its own.

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from console.errors import WrongFileError
from console.workspace.backup.errors import DamagedBackupError, NoBackupError, PassphraseError
from console.workspace.backup.header import BackupHeader, Lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC: Final = b"LEDGERBACKUP\x1a\x01"
PIECE_BYTES: Final = 1024 * 1024

_HEAD_BYTES_MAX: Final = 1024 * 1024
_TAG_BYTES: Final = 16
_SUM_BYTES: Final = 32
_KEY_BYTES: Final = 32
_CHECK_BYTES: Final = 16
# 128 MiB of memory and 0.5 s: OWASP's advice for scrypt. What a file may ask for is bounded: one with
# n = 2^30 would take all memory.
_N, _R, _P = 2**17, 8, 1
_N_MAX, _R_MAX, _P_MAX = 2**20, 16, 4


class Writer:
    """Writes a backup's content piece by piece; close() makes it whole."""

    def __init__(self, file: IO[bytes], header: BackupHeader, passphrase: str | None) -> None:
        self._file = file
        self._sum = hashlib.sha256()
        self._pending = bytearray()
        self._number = 0
        self._cipher: AESGCM | None = None
        if passphrase is not None:
            self._cipher, lock = _locked(passphrase)
            header = replace(header, lock=lock)
        self.header: Final = header
        head = header.to_bytes()
        self._put(MAGIC + len(head).to_bytes(4, "big") + head)
        self._bound = self._sum.digest()

    def write(self, content: bytes) -> None:
        """Add to the content."""
        self._pending += content
        while len(self._pending) > PIECE_BYTES:
            self._put_piece(bytes(self._pending[:PIECE_BYTES]), last=False)
            del self._pending[:PIECE_BYTES]

    def close(self) -> None:
        """Write the last piece and the sum."""
        self._put_piece(bytes(self._pending), last=True)
        self._file.write(self._sum.digest())

    def _put_piece(self, content: bytes, *, last: bool) -> None:
        flag = bytes([last])
        if self._cipher is not None:
            content = self._cipher.encrypt(self._number.to_bytes(11, "big") + flag, content, self._bound)
        self._number += 1
        self._put(flag + len(content).to_bytes(4, "big") + content)

    def _put(self, content: bytes) -> None:
        self._sum.update(content)
        self._file.write(content)


class Reader:
    """Reads a backup's header at once, and its content piece by piece."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        """Raise NoBackupError or DamagedBackupError for what is no whole head of a backup."""
        self._file = file
        self._path = path
        self._sum = hashlib.sha256()
        start = file.read(len(MAGIC))
        if start != MAGIC:
            if start[:-1] == MAGIC[:-1]:
                raise NoBackupError(str(path), "this backup was made by a newer console; install that one")
            raise NoBackupError(str(path), "this is no backup of a ledger")
        self._sum.update(start)
        length = int.from_bytes(self._taken(4), "big")
        if length > _HEAD_BYTES_MAX:
            raise DamagedBackupError(path, "its head cannot be read")
        self.header: Final = BackupHeader.of(self._taken(length), path)
        self._bound = self._sum.digest()

    def pieces(self, passphrase: str | None) -> Iterator[bytes]:
        """Yield the content in order; raises DamagedBackupError where it is not what was written.

        An encrypted backup's pieces are good when they are yielded; those of one in clear are only once the
        last one was.
        """
        cipher = self._cipher(passphrase)
        number, is_last = 0, False
        while not is_last:
            flag = self._taken(1)
            length = int.from_bytes(self._taken(4), "big")
            if flag[0] > 1 or length > PIECE_BYTES + _TAG_BYTES:
                raise DamagedBackupError(self._path, f"piece {number + 1:,} is no piece")
            content = self._taken(length)
            if cipher is not None:
                try:
                    content = cipher.decrypt(number.to_bytes(11, "big") + flag, content, self._bound)
                except InvalidTag:
                    raise DamagedBackupError(
                        self._path, f"piece {number + 1:,} is not as it was written"
                    ) from None
            is_last = flag == b"\x01"
            number += 1
            if is_last:
                self._check_end()
            yield content

    def skip(self) -> None:
        """Read to the end without the passphrase: the sum tells damage, though not somebody's purpose."""
        while True:
            flag = self._taken(1)
            length = int.from_bytes(self._taken(4), "big")
            if flag[0] > 1 or length > PIECE_BYTES + _TAG_BYTES:
                raise DamagedBackupError(self._path, "a piece is no piece")
            self._taken(length)
            if flag == b"\x01":
                break
        self._check_end()

    def _check_end(self) -> None:
        due = self._sum.digest()
        if self._file.read(_SUM_BYTES) != due:
            raise DamagedBackupError(self._path, "its checksum is not that of its content")
        if self._file.read(1):
            raise DamagedBackupError(self._path, "something follows its end")

    def _cipher(self, passphrase: str | None) -> AESGCM | None:
        lock = self.header.lock
        if lock is None:
            if passphrase is not None:
                # Somebody may have put it in the place of the one that was encrypted.
                raise NoBackupError(
                    str(self._path),
                    "this backup is in clear, and a passphrase was given: it is not the encrypted one. Look "
                    "where it comes from; if it is the right one, give no passphrase",
                )
            return None
        if passphrase is None:
            raise PassphraseError(self._path)
        if not (0 < lock.n <= _N_MAX and 0 < lock.r <= _R_MAX and 0 < lock.p <= _P_MAX):
            raise DamagedBackupError(self._path, "its head asks for too much memory")
        try:
            key, check = _derived(passphrase, lock)
        except ValueError:
            raise DamagedBackupError(self._path, "its head cannot be used") from None
        if not secrets.compare_digest(check, lock.check):
            raise PassphraseError(self._path)
        return AESGCM(key)

    def _taken(self, length: int) -> bytes:
        try:
            content = self._file.read(length)
        except OSError as error:
            raise WrongFileError(str(self._path), f"it cannot be read: {error.strerror or error}") from None
        if len(content) != length:
            raise DamagedBackupError(self._path, "its end is missing")
        self._sum.update(content)
        return content


def _locked(passphrase: str) -> tuple[AESGCM, Lock]:
    lock = Lock(_N, _R, _P, os.urandom(16).hex(), "")
    key, check = _derived(passphrase, lock)
    return AESGCM(key), replace(lock, check=check)


def _derived(passphrase: str, lock: Lock) -> tuple[bytes, str]:
    kdf = Scrypt(
        salt=bytes.fromhex(lock.salt), length=_KEY_BYTES + _CHECK_BYTES, n=lock.n, r=lock.r, p=lock.p
    )
    found = kdf.derive(passphrase.encode())
    return found[:_KEY_BYTES], found[_KEY_BYTES:].hex()
