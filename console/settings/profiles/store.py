"""The profiles of this user, in one private file without secrets."""

from __future__ import annotations

import json
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock, Timeout

from console.errors import UnavailableError, UsageError, WrongFileError
from console.settings.private import write_private
from console.settings.profiles.profile import Profile, ProfileError
from console.settings.profiles.reading import json_object, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from console.settings import Paths

FORMAT: Final = 1
MOST_PROFILES: Final = 200
_MOST_BYTES: Final = 4_000_000  # 200 profiles with the longest texts that they may have are 2.1 MB
_LOCK_TIMEOUT_S: Final = 5


class ProfilesUnusableError(UnavailableError):
    """The file of profiles is damaged, of a newer console, or cannot be written; it is left as it is."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file} with the profiles {reason}")


class UnknownProfileError(UsageError):
    """There is no profile of this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        names = ", ".join(known) or "none yet"
        super().__init__(f"There is no profile named {shown(name)}; there are: {names}.")


@dataclass(frozen=True, slots=True)
class _Content:
    """What the file says."""

    profiles: tuple[Profile, ...] = ()
    last_used: str = ""
    of_commands: str = ""


class ProfileStore:
    """Keeps the profiles in their order; safe to use from several threads and consoles at once.

    Every call reads the file, so what another console changed is there. Each raises ProfilesUnusableError
    for a file that cannot be used, which is then neither changed nor written over.
    """

    def __init__(self, paths: Paths) -> None:
        self._file = paths.profiles_file

    @property
    def file(self) -> Path:
        """The file; there is none before the first profile is added."""
        return self._file

    @property
    def exists(self) -> bool:
        """Whether a profile was ever added: before that, the console opens the ledger on this computer."""
        return self._file.exists()

    def list(self) -> tuple[Profile, ...]:
        """Return the profiles in their order."""
        return self._read().profiles

    def last_used(self) -> Profile | None:
        """Return the profile that was opened last; None when there is none, or no longer."""
        content = self._read()
        return next((one for one in content.profiles if one.id == content.last_used), None)

    def of_commands(self) -> Profile | None:
        """Return the profile that commands use when nothing is said; None until one is chosen for them.

        It is not the one opened last: who looks at another ledger in the window must not turn a script round.
        """
        content = self._read()
        return next((one for one in content.profiles if one.id == content.of_commands), None)

    def named(self, name: str) -> Profile:
        """Return the profile of this name, in whichever case; raises UnknownProfileError."""
        profiles = self.list()
        for one in profiles:
            if name_key(one.name) == name_key(name):
                return one
        raise UnknownProfileError(name, [one.name for one in profiles])

    def add(self, profile: Profile) -> None:
        """Put a profile at the end; raises ProfileError when its name is taken."""
        with self._changing() as content:
            self._write(replace(content, profiles=(*content.profiles, profile)))

    def change(self, profile: Profile) -> None:
        """Put a profile in place of the one with its id; raises ProfileError when there is none."""
        with self._changing() as content:
            if all(one.id != profile.id for one in content.profiles):
                raise ProfileError("This profile is no longer there; another console has removed it.")
            changed = tuple(profile if one.id == profile.id else one for one in content.profiles)
            self._write(replace(content, profiles=changed))

    def remove(self, profile_id: str) -> None:
        """Remove a profile; its ledger stays, and what the keyring keeps is Secrets.forget's."""
        with self._changing() as content:
            left = tuple(one for one in content.profiles if one.id != profile_id)
            self._write(replace(content, profiles=left))

    def reorder(self, ids: Sequence[str]) -> None:
        """Put the profiles in this order; those it does not name come after it, as they were."""
        places = {one: place for place, one in enumerate(ids)}
        with self._changing() as content:
            ordered = sorted(content.profiles, key=lambda one: places.get(one.id, len(places)))
            self._write(replace(content, profiles=tuple(ordered)))

    def use(self, profile_id: str) -> None:
        """Note which profile was opened last."""
        with self._changing() as content:
            if any(one.id == profile_id for one in content.profiles) and content.last_used != profile_id:
                self._write(replace(content, last_used=profile_id))

    def use_for_commands(self, profile_id: str) -> None:
        """Choose the profile that commands use when nothing is said; an empty id chooses none."""
        with self._changing() as content:
            self._write(replace(content, of_commands=profile_id))

    def merge(self, profiles: Sequence[Profile]) -> None:
        """Add profiles, each in place of the one with its id where there is one: all of them or none."""
        with self._changing() as content:
            news = {one.id: one for one in profiles}
            kept = tuple(news.pop(one.id, one) for one in content.profiles)
            self._write(replace(content, profiles=(*kept, *news.values())))

    @contextmanager
    def _changing(self) -> Iterator[_Content]:
        """Yield what the file says, while no other console changes it."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(self._file.with_suffix(".lock"), mode=0o600, thread_local=False)
            with lock.acquire(timeout=_LOCK_TIMEOUT_S):
                yield self._read()
        except Timeout:
            reason = f"has been in use by another console for {_LOCK_TIMEOUT_S} s; try again."
            raise ProfilesUnusableError(self._file, reason) from None
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error}); make its folder writable for this user."
            raise ProfilesUnusableError(self._file, reason) from None

    def _read(self) -> _Content:
        try:
            found = json_object(self._file, _MOST_BYTES)
        except FileNotFoundError:
            return _Content()
        except WrongFileError as error:
            raise self._damaged(str(error).removeprefix(str(self._file)).lstrip(",: ")) from None
        if isinstance(found.get("format"), int) and found["format"] > FORMAT:
            raise ProfilesUnusableError(
                self._file, "was written by a newer console; update this one. The file stays as it is."
            )
        profiles = found.get("profiles")
        marks = [found.get(name, "") for name in ("last_used", "of_commands")]
        if (
            found.get("format") != FORMAT
            or not isinstance(profiles, list)
            or not all(isinstance(one, str) for one in marks)
        ):
            raise self._damaged("it has no format and profiles as this console writes them.")
        made = tuple(self._profile(place, one) for place, one in enumerate(profiles, start=1))
        try:
            _refuse_repeated(made)
        except ProfileError as error:
            raise self._damaged(str(error)) from None
        return _Content(made, *marks)

    def _profile(self, place: int, found: Any) -> Profile:
        if not isinstance(found, dict):
            raise self._damaged(f"profile {place} is no object.")
        try:
            return Profile.made(**found)
        except ProfileError as error:
            raise self._damaged(f"profile {place}: {error}") from None

    def _write(self, content: _Content) -> None:
        _refuse_repeated(content.profiles)
        text = {
            "format": FORMAT,
            "last_used": content.last_used,
            "of_commands": content.of_commands,
            "profiles": [one.model_dump(mode="json") for one in content.profiles],
        }
        write_private(self._file, json.dumps(text, ensure_ascii=False, indent=2) + "\n")

    def _damaged(self, reason: str) -> ProfilesUnusableError:
        return ProfilesUnusableError(
            self._file,
            f"cannot be used: {reason} It stays as it is; correct it, or move it away and begin anew.",
        )


def name_key(name: str) -> str:
    """Return what two names have in common that people take for one."""
    return unicodedata.normalize("NFKC", name).casefold()


def _refuse_repeated(profiles: Sequence[Profile]) -> None:
    """Raise ProfileError for too many profiles, and for two of one name or id."""
    if len(profiles) > MOST_PROFILES:
        raise ProfileError(f"There are at most {MOST_PROFILES} profiles; remove one first.")
    names: set[str] = set()
    for one in profiles:
        if name_key(one.name) in names:
            raise ProfileError(f"There is a profile named {shown(one.name)} already; choose another name.")
        names.add(name_key(one.name))
    if len({one.id for one in profiles}) < len(profiles):
        raise ProfileError("Two profiles have the same id.")
