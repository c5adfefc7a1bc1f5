"""Keyrings for tests: one in memory, one that is locked, one that never answers."""

from __future__ import annotations

import threading

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked
from typing_extensions import override


class MemoryKeyring(KeyringBackend):
    """Keeps what it is given as long as it lives."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library has no types here
        self.kept: dict[tuple[str, str], str] = {}

    @override
    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    @override
    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class LockedKeyring(MemoryKeyring):
    """Its owner does not open it."""

    @override
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"locked, and it was asked for {username}")


class SilentKeyring(MemoryKeyring):
    """Waits for a person who has gone, until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.asked = 0

    @override
    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.released.wait(60)
        return None
