"""The file of a backup: whatever is done to it is found, and what was written comes back."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.errors import ConsoleError, FileRefusedError
from console.workspace.backup import container
from console.workspace.backup.container import MAGIC, PIECE_BYTES, Reader, Writer
from console.workspace.backup.errors import DamagedBackupError, NoBackupError, PassphraseError
from console.workspace.backup.facts import Facts, Total
from console.workspace.backup.header import BackupHeader

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path("a.ledgerbackup")
PASSPHRASE = "three plain words"
FACTS = Facts(
    "0009", "45352a06-091a-4465-bec8-4e3232ecccbb", 7, "ab" * 32, None, 12, 40,
    datetime(2026, 11, 20, 8, tzinfo=UTC), (Total("CR", 2, 9, 12_50, 3), Total("EUR", 2, 9, -1, 0)), 4_096,
)  # fmt: skip
HEADER = BackupHeader("1.0.0", 18, datetime(2026, 11, 21, 9, tzinfo=UTC), FACTS, has_passwords=True)


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "_N", 2**4)


def written(content: bytes, passphrase: str | None) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, HEADER, passphrase)
    # In bites that fit no piece.
    for start in range(0, len(content), 300_007):
        writer.write(content[start : start + 300_007])
    writer.close()
    return file.getvalue()


def read(file: bytes, passphrase: str | None) -> bytes:
    return b"".join(Reader(io.BytesIO(file), HERE).pieces(passphrase))


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
@pytest.mark.parametrize("length", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 5])
def test_what_was_written_comes_back(passphrase: str | None, length: int) -> None:
    content = bytes(i * 7 % 251 for i in range(1000)) * (length // 1000 + 1)
    file = written(content[:length], passphrase)
    assert read(file, passphrase) == content[:length]
    found = Reader(io.BytesIO(file), HERE).header
    assert (found.facts, found.made_at, found.is_encrypted) == (FACTS, HEADER.made_at, passphrase is not None)


def test_the_content_of_an_encrypted_one_is_not_in_it() -> None:
    content = b"kofi.amrani has 1,250.00 CR"
    assert content in written(content, None)
    assert content not in written(content, PASSPHRASE)


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_each_flipped_bit_is_found(passphrase: str | None) -> None:
    file = written(b"what it holds" * 20, passphrase)
    for place in range(len(file)):
        changed = bytearray(file)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(ConsoleError):
            read(bytes(changed), passphrase)


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_each_cut_is_found(passphrase: str | None) -> None:
    file = written(b"what it holds" * 20, passphrase)
    for length in range(len(file)):
        with pytest.raises((DamagedBackupError, NoBackupError)):
            read(file[:length], passphrase)
    with pytest.raises(DamagedBackupError, match="follows its end"):
        read(file + b"x", passphrase)


def pieces_of(file: bytes) -> tuple[bytes, list[bytes]]:
    """Take a backup apart: all before its pieces, and these."""
    start = len(MAGIC) + 4 + int.from_bytes(file[len(MAGIC) : len(MAGIC) + 4], "big")
    return file[:start], list(_pieces(file, start))


def _pieces(file: bytes, place: int) -> Iterator[bytes]:
    while True:
        end = place + 5 + int.from_bytes(file[place + 1 : place + 5], "big")
        yield file[place:end]
        if file[place] == 1:
            return
        place = end


def with_sum(content: bytes) -> bytes:
    return content + hashlib.sha256(content).digest()


def test_pieces_in_another_order_or_of_another_file_are_found_although_the_sum_is_right() -> None:
    file, other = (written(bytes([n]) * (3 * PIECE_BYTES), PASSPHRASE) for n in (1, 2))
    head, (first, second, third) = pieces_of(file)
    assert with_sum(head + first + second + third) == file
    _, (strange, *_rest) = pieces_of(other)
    for wrong in ([second, first, third], [first, third], [strange, second, third], [first, first, third]):
        with pytest.raises(DamagedBackupError, match="not as it was written"):
            read(with_sum(head + b"".join(wrong)), PASSPHRASE)
    last = b"\x01" + second[1:]
    with pytest.raises(DamagedBackupError, match="piece 2"):
        read(with_sum(head + first + last), PASSPHRASE)


def test_a_head_that_was_rewritten_is_found_although_the_sum_is_right() -> None:
    head, pieces = pieces_of(written(b"content", PASSPHRASE))
    content = json.loads(head[len(MAGIC) + 4 :])
    content["facts"]["transactions"] = 11
    text = json.dumps(content).encode()
    forged = with_sum(MAGIC + len(text).to_bytes(4, "big") + text + b"".join(pieces))
    assert Reader(io.BytesIO(forged), HERE).header.facts.transactions == 11
    with pytest.raises(DamagedBackupError):
        read(forged, PASSPHRASE)


def test_a_wrong_passphrase_is_called_so() -> None:
    file = written(b"content", PASSPHRASE)
    for wrong in ("Three plain words", "", None):
        with pytest.raises(PassphraseError):
            read(file, wrong)


def test_a_newer_format_is_called_so() -> None:
    file = written(b"content", None)
    with pytest.raises(NoBackupError, match="format 9 and this console reads up to 1"):
        read(file.replace(b'"format": 1', b'"format": 9'), None)
    with pytest.raises(NoBackupError, match="newer console"):
        read(file[: len(MAGIC) - 1] + b"\x02" + file[len(MAGIC) :], None)
    with pytest.raises(FileRefusedError, match="no backup"):
        read(b"PGDMP and so on, as pg_dump writes", None)


def test_a_head_that_asks_for_all_memory_is_refused() -> None:
    file = written(b"content", PASSPHRASE).replace(b'"n": 16', b'"n": 99')
    head, pieces = pieces_of(file)
    huge = head.replace(b'"n": 99', b'"n": 1073741824')
    length = len(huge) - len(MAGIC) - 4
    with pytest.raises(DamagedBackupError, match="too much memory"):
        read(
            with_sum(MAGIC + length.to_bytes(4, "big") + huge[len(MAGIC) + 4 :] + b"".join(pieces)),
            PASSPHRASE,
        )


def test_one_in_clear_is_not_taken_for_the_encrypted_one() -> None:
    with pytest.raises(NoBackupError, match="in clear, and a passphrase was given"):
        read(written(b"content", None), PASSPHRASE)
