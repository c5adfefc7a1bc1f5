"""Where a server answers: a name or address with its port, or the folder of a Unix socket."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Self

from typing_extensions import override

PORT: Final = 5432
_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\.?")
_LONGEST_SOCKET: Final = 90  # of 107 bytes that a socket's path may have, "/.s.PGSQL.65535" takes 15
_HIGHEST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Host:
    """One place where a server answers; `name` is a name, an address, or a folder when it begins with "/"."""

    name: str
    port: int = PORT

    @classmethod
    def read(cls, written: str) -> Self:
        """Return what `db.example.org:5433`, `[::1]:5433`, `::1` or `/run/postgresql` says.

        Raises ValueError with what is wrong. A user or password before it is refused, and never repeated.
        """
        if "@" in written or "://" in written:
            raise ValueError("write host:port alone; no URL, no user and no password stand before a host")
        if not written.isprintable():
            raise ValueError("a host has no control or unseen characters")
        name, port = _parted(written.strip())
        return cls(_checked(name), _port(port))

    @property
    def is_socket(self) -> bool:
        """Whether it is the folder of a Unix socket."""
        return self.name.startswith("/")

    @property
    def is_here(self) -> bool:
        """Whether what goes there leaves this computer on no account."""
        if self.is_socket or self.name.rstrip(".") == "localhost":
            return True
        try:
            return ip_address(self.name).is_loopback
        except ValueError:
            return False

    @override
    def __str__(self) -> str:
        shown = f"[{self.name}]" if ":" in self.name and self.port != PORT else self.name
        return shown if self.port == PORT else f"{shown}:{self.port}"


def _parted(written: str) -> tuple[str, str]:
    """Part the port from the rest; without one it is empty."""
    if written.startswith("["):
        name, closed, rest = written[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError("an address in brackets is written like [::1]:5432")
        return name, rest[1:]
    if written.startswith("/"):
        folder, separator, port = written.rpartition(":")
        return (folder, port) if separator and port.isdecimal() else (written, "")
    if written.count(":") > 1:  # an IPv6 address without brackets has no port
        return written, ""
    name, separator, port = written.partition(":")
    if separator and not port:
        raise ValueError("a colon is followed by the port")
    return name, port


def _checked(name: str) -> str:
    if name.startswith("/"):
        if len(name.encode()) > _LONGEST_SOCKET:
            raise ValueError(f"the folder of a socket has at most {_LONGEST_SOCKET} bytes")
        if "," in name:
            raise ValueError("the folder of a socket has no comma in its path")
        return name.rstrip("/") or "/"
    lowered = name.lower()
    try:
        return str(ip_address(lowered))
    except ValueError:
        if ":" not in name and _NAME.fullmatch(lowered) is not None:
            return lowered
    raise ValueError(
        "a host is a name such as db.example.org, an address, or the folder of a socket; "
        "of other than plain letters it is written with xn--"
    )


def _port(written: str) -> int:
    if not written:
        return PORT
    if not (written.isascii() and written.isdecimal() and 0 < int(written[:6]) <= _HIGHEST_PORT):
        raise ValueError(f"a port is a whole number from 1 to {_HIGHEST_PORT}")
    return int(written)
