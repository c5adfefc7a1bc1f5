"""The computer and what the user has set, without a name of anybody or anything."""

from __future__ import annotations

import locale
import os
import platform
import re
import time
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

import psutil
from pydantic import SecretStr
from tzlocal import get_localzone_name

from console.settings import PREFIX, Settings
from console.settings.profiles.hosts import PORT
from console.workspace.diagnostics.texts import pairs, table, yes
from console.workspace.diagnostics.words import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.settings.profiles.hosts import Host
    from console.settings.profiles.profile import Profile

# A folder's name may be a company's or a customer's: these alone are shown, and ~ for the home folder.
_FOLDERS: Final = frozenset({
    ".cache", ".config", ".local", "AppData", "Application Support", "Caches", "Library", "Local", "Logs",
    "Roaming", "config", "data", "demo", "etc", "home", "ledger-console", "ledgers", "lib", "log", "mnt",
    "opt", "root", "share", "srv", "state", "tmp", "usr", "var", "Users", "Volumes", "backups",
})  # fmt: skip
_NUMBERS: Final = re.compile(r"\d+(\.\d+){0,3}")
_LOCALE: Final = re.compile(r"[A-Za-z]{1,3}([_-][A-Za-z0-9]{2,8})*(\.[A-Za-z0-9-]{1,12})?")
_ZONE: Final = re.compile(r"[A-Za-z_]{2,20}(/[A-Za-z_+-]{2,20}){0,2}|Etc/GMT[+-]\d{1,2}")
_OWN_WORDS: Final = frozenset({"LOCAL", "DEMO", "SERVER", "LIVE", "TEST", "STAGING", "PRODUCTION"})


def system_text(window: Iterable[tuple[str, str]]) -> str:
    """Return what kind of computer this is; `window` is what only a window knows, as its screens."""
    memory = psutil.virtual_memory()
    return pairs((
        ("system", platform.system()),
        ("release", leading_numbers(platform.release())),
        ("machine", platform.machine()),
        ("processors", os.cpu_count()),
        ("memory", f"{memory.total >> 20:,} MiB, {memory.available >> 20:,} MiB free"),
        ("locale", _matching(_LOCALE, locale.setlocale(locale.LC_CTYPE))),
        ("time zone", _matching(_ZONE, get_localzone_name() or "")),
        ("offset from UTC", f"{time.localtime().tm_gmtoff // 60:+d} min"),
        ("running for", f"{time.time() - psutil.Process().create_time():,.0f} s"),
        *window,
    ))  # fmt: skip


def leading_numbers(version: str) -> str:
    """Return the numbers a version begins with: a distributor's words after them may be anything."""
    found = _NUMBERS.match(version)
    return UNKNOWN if found is None else found.group()


def settings_text(settings: Settings | None) -> str:
    """Return each setting; of a secret that it is set, of a path only folders whose names say nothing."""
    if settings is None:
        return "The settings cannot be read.\n"
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        variable = f"{PREFIX}{name}".upper()
        source = "environment" if os.environ.get(variable) else ""
        source = source or ("" if value == field.default else "set")
        rows.append((name, _setting(value), source))
    return table(("setting", "value", "from"), rows)


def _setting(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, SecretStr):
        return "set, not shown"
    if isinstance(value, Path):
        return plain_path(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain_path(path: PurePath) -> str:
    """Return a path with ~ for the home folder, and only folders that many computers have."""
    home, rest = Path.home(), path
    parts: tuple[str, ...] = rest.parts
    shown: list[str] = []
    if path.is_relative_to(home):
        shown, parts = ["~"], path.relative_to(home).parts
    elif path.anchor:
        shown, parts = [""], parts[1:]
    shown += [part if part in _FOLDERS else UNKNOWN for part in parts]
    return "/".join(shown)


def profiles_text(profiles: Sequence[Profile]) -> str:
    """Return of each ledger that is known how it is reached; hosts are numbered, nothing has its name."""
    hosts: dict[str, str] = {}
    for profile in profiles:
        for place in profile.places:
            hosts.setdefault(place.name, f"host-{len(hosts) + 1}")
    if not profiles:
        return "No profiles.\n"
    heads = ("profile", "kind", "environment", "hosts", "tls", "pooler", "production", "read-only",
        "password kept", "root certificate", "client certificate", "own folder")  # fmt: skip
    return table(heads, (
        (
            number, one.kind, one.environment if one.environment in _OWN_WORDS else UNKNOWN,
            ", ".join(_host(place, hosts) for place in one.places), one.tls if one.is_server else "",
            yes(one.pooler), yes(one.production), yes(one.read_only), yes(one.keep_password),
            yes(one.root_certificate), yes(one.client_certificate), yes(one.folder),
        )
        for number, one in enumerate(profiles, 1)
    ))  # fmt: skip


def _host(place: Host, hosts: dict[str, str]) -> str:
    kind = "socket" if place.is_socket else "this computer" if place.is_here else "network"
    port = "" if place.port == PORT else ", port of its own"
    return f"{hosts[place.name]} ({kind}{port})"


def _matching(allowed: re.Pattern[str], value: str) -> str:
    return value if allowed.fullmatch(value) else UNKNOWN
