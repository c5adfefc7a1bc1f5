"""Profiles for a team: a file without anything of one's own, and what would come of one before it does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from console.errors import ConsoleError, UsageError, WrongFileError
from console.settings.profiles.profile import TLS_WORDS, Profile, ProfileError
from console.settings.profiles.reading import json_object, shown
from console.settings.profiles.store import MOST_PROFILES, name_key
from console.settings.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from console.settings.profiles.store import ProfileStore

SUFFIX: Final = ".ledger-profiles.json"
FORMAT: Final = 1

# What a team has in common. Not who signs in, what the keyring keeps, or where keys and data are.
SHARED: Final = (
    "name", "hosts", "database", "colour", "environment", "production", "read_only", "tls",
    "root_certificate", "pooler",
)  # fmt: skip
_MOST_BYTES: Final = 1_000_000
_ELSEWHERE: Final = ("hosts", "database")


class ImportRefusedError(ConsoleError):
    """Profiles were not imported; none of them was."""


class Coming(StrEnum):
    """What an import does to one's own profiles."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that another takes the place of."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One profile of the file, as it would be here; weaker: in words, what would protect less than now."""

    profile: Profile
    coming: Coming
    before: Profile | None = None
    changes: tuple[Change, ...] = ()
    weaker: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """One profile of the file that cannot be; place: 1 for the first, name: as it may be shown."""

    place: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do."""

    path: Path
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]

    @property
    def weaker(self) -> tuple[Entry, ...]:
        """Those that would protect less than now: to be taken one by one, or not."""
        return tuple(one for one in self.entries if one.weaker)


def export_profiles(path: Path, profiles: Sequence[Profile]) -> int:
    """Write servers' profiles for others to import; return how many. Those of this computer are left out.

    Raises UsageError when none is left, or something other than a file is at the path.
    """
    shared = [_shared(one) for one in profiles if one.is_server]
    if not shared:
        raise UsageError("There is no profile of a server to export; those of this computer are its own.")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise WrongFileError(str(path), "only a file is written over. Choose another name.")
    content = {"format": FORMAT, "profiles": shared}
    try:
        write_private(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise WrongFileError(str(path), f"it cannot be written: {error.strerror or error}.") from None
    return len(shared)


def plan_import(path: Path, known: Sequence[Profile]) -> ImportPlan:
    """Return what an import would do to the known profiles; nothing is changed.

    A profile that cannot be is refused with the reason, and the others are not. Raises WrongFileError for a
    file that is none of these.
    """
    try:
        content = json_object(path, _MOST_BYTES)
    except FileNotFoundError:
        raise WrongFileError(str(path), "there is no such file.") from None
    found = content.get("profiles")
    if content.get("format") != FORMAT or not isinstance(found, list):
        raise WrongFileError(str(path), f"it is no file of profiles in format {FORMAT}.")
    if len(found) > MOST_PROFILES:
        raise WrongFileError(
            str(path), f"it has {len(found):,} profiles, and there are {MOST_PROFILES} at most."
        )
    entries: list[Entry] = []
    refused: list[Refused] = []
    names: set[str] = set()
    by_name = {name_key(one.name): one for one in known}
    for place, values in enumerate(found, start=1):
        name = values.get("name") if isinstance(values, dict) else None
        try:
            entry = _entry(values, by_name, names)
        except ProfileError as error:
            refused.append(Refused(place, shown(name), str(error)))
        else:
            names.add(name_key(entry.profile.name))
            entries.append(entry)
    return ImportPlan(path, tuple(entries), tuple(refused))


def apply_import(store: ProfileStore, entries: Sequence[Entry]) -> int:
    """Add and change the profiles of a plan's entries, all or none; return how many.

    Raises ImportRefusedError when a profile has changed since the plan was made.
    """
    wanted = [one for one in entries if one.coming is not Coming.SAME]
    now = {name_key(one.name): one for one in store.list()}
    for one in wanted:
        if now.get(name_key(one.profile.name)) != one.before:
            raise ImportRefusedError(
                f"The profile {shown(one.profile.name)} has changed since; look at the import once more."
            )
    store.merge([one.profile for one in wanted])
    return len(wanted)


def weaker_than(before: Profile, after: Profile) -> tuple[str, ...]:
    """Return in words what protects less after a change, or leads elsewhere; nothing when all is as good."""
    return tuple(_weaker(before, after))


def _weaker(before: Profile, after: Profile) -> Iterator[str]:
    if any(getattr(before, name) != getattr(after, name) for name in _ELSEWHERE):
        yield "it leads to another server or database; what is kept of passwords is not sent there"
    if before.production and not after.production:
        yield "it is no longer production: it would be opened for writing at once"
    if before.read_only and not after.read_only:
        yield "it is no longer read-only"
    if TLS_WORDS.index(after.tls) > TLS_WORDS.index(before.tls):
        yield f"its TLS is weaker: {after.tls} instead of {before.tls}"
    if before.root_certificate != after.root_certificate:
        yield "it trusts another issuer of certificates"
    if before.production and (before.colour, before.environment) != (after.colour, after.environment):
        yield "a production ledger would look like another one"


def _entry(values: Any, known: dict[str, Profile], taken: set[str]) -> Entry:
    """Return what becomes of one profile of a file, whose others are named so; raises ProfileError."""
    if not isinstance(values, dict):
        raise ProfileError("It is no object with a profile's values.")
    strange = sorted(shown(key) for key in values.keys() - set(SHARED))
    if strange:
        raise ProfileError(f"It has what no team's profile has: {', '.join(strange[:5])}.")
    made = Profile.made(kind="server", **values)
    if name_key(made.name) in taken:
        raise ProfileError("The file has another of this name.")
    before = known.get(name_key(made.name))
    if before is None:
        return Entry(made, Coming.NEW)
    if not before.is_server:
        raise ProfileError("A ledger on this computer has this name; rename that one first.")
    after = before.changed(**_shared(made))
    changes = tuple(
        Change(name, _words(getattr(before, name)), _words(getattr(after, name)))
        for name in SHARED
        if getattr(before, name) != getattr(after, name)
    )
    coming = Coming.CHANGED if changes else Coming.SAME
    return Entry(after, coming, before, changes, weaker_than(before, after))


def _shared(profile: Profile) -> dict[str, Any]:
    values = profile.model_dump(mode="json")
    return {name: values[name] for name in SHARED}


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
