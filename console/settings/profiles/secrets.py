"""Passwords in the system's keyring; without one that can be trusted they are asked for each time."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import SecretStr

from console.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.settings.profiles.profile import Profile

    Backend = Any
    """A keyring.backend.KeyringBackend; the library is imported when it is first asked, in 90 ms."""

Answer = TypeVar("Answer")

SERVICE: Final = "ledger-console"
TIMEOUT_S: Final = 30.0
"""How long the keyring may take: a locked one asks the person for its password first."""

# An operator's name has no colon, so none is taken for these two.
_GATE: Final = ":gate"
_OPERATORS: Final = ":operators"
# Backends that keep what they are given in the clear, or under a password of nobody's.
_UNTRUSTED: Final = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")


class SecretsUnavailableError(UnavailableError):
    """No keyring keeps a password here; `reason` says why, and it is asked for each time."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The password is asked for each time: {reason}")


class Secrets:
    """What the keyring keeps for the profiles; a call may block for `timeout_s`, so none on the GUI thread.

    A password is kept with where it belongs (`Profile.where`): a profile that has come to lead elsewhere
    gets none. Every call raises SecretsUnavailableError when there is no keyring to be trusted, or none that
    answers.
    """

    def __init__(self, backend: Backend | None = None, *, timeout_s: float = TIMEOUT_S) -> None:
        """`backend` is this system's keyring unless one is handed over."""
        self._given = backend
        self._timeout_s = timeout_s
        self._silent = False

    def why_not(self) -> str:
        """Return why no password can be kept here; empty when one can."""
        try:
            self._asked(lambda backend: backend.name)
        except SecretsUnavailableError as error:
            return error.reason
        return ""

    def password(self, profile: Profile, operator: str) -> SecretStr | None:
        """Return the password kept for an operator of a profile, or None."""
        return self._kept(profile, operator)

    def gate_password(self, profile: Profile) -> SecretStr | None:
        """Return the password of the gate kept for a profile, or None."""
        return self._kept(profile, _GATE)

    def keep(self, profile: Profile, operator: str, password: SecretStr) -> None:
        """Keep an operator's password, in place of what was kept before."""
        known = self._operators(profile)
        if operator not in known:
            listed = json.dumps([*known, operator])
            self._asked(lambda backend: backend.set_password(SERVICE, _user(profile, _OPERATORS), listed))
        self._keep(profile, operator, password)

    def keep_gate(self, profile: Profile, password: SecretStr) -> None:
        """Keep the gate's password, which `ledgerctl operator gate` printed."""
        self._keep(profile, _GATE, password)

    def forget(self, profile: Profile) -> None:
        """Remove all that is kept for a profile."""
        for who in (*self._operators(profile), profile.operator, _GATE, _OPERATORS):
            self._remove(profile, who)

    def forget_password(self, profile: Profile, operator: str) -> None:
        """Remove one operator's password."""
        self._remove(profile, operator)

    def named(self, name: str) -> SecretStr | None:
        """Return what is kept under a name that belongs to no profile, or None."""
        found = self._asked(lambda backend: backend.get_password(SERVICE, name))
        return None if found is None else SecretStr(found)

    def keep_named(self, name: str, secret: SecretStr) -> None:
        """Keep something under a name that belongs to no profile."""
        self._asked(lambda backend: backend.set_password(SERVICE, name, secret.get_secret_value()))

    def forget_named(self, name: str) -> None:
        """Remove what is kept under a name, if anything is."""
        if self.named(name) is not None:
            self._asked(lambda backend: backend.delete_password(SERVICE, name))

    def _kept(self, profile: Profile, who: str) -> SecretStr | None:
        found = self._asked(lambda backend: backend.get_password(SERVICE, _user(profile, who)))
        where, separator, password = (found or "").partition(":")
        return SecretStr(password) if separator and where == profile.where else None

    def _keep(self, profile: Profile, who: str, password: SecretStr) -> None:
        value = f"{profile.where}:{password.get_secret_value()}"
        self._asked(lambda backend: backend.set_password(SERVICE, _user(profile, who), value))

    def _operators(self, profile: Profile) -> list[str]:
        found = self._asked(lambda backend: backend.get_password(SERVICE, _user(profile, _OPERATORS)))
        try:
            listed = json.loads(found or "[]")
        except ValueError:
            return []
        return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []

    def _remove(self, profile: Profile, who: str) -> None:
        def work(backend: Backend) -> None:
            if backend.get_password(SERVICE, _user(profile, who)) is not None:
                backend.delete_password(SERVICE, _user(profile, who))

        self._asked(work)

    def _asked(self, work: Callable[[Backend], Answer]) -> Answer:
        """Let a thread of its own ask, and wait for it no longer than agreed: nothing can end such a call."""
        if self._silent:
            raise SecretsUnavailableError("the system's keyring did not answer before.")
        answers: list[Answer] = []
        reasons: list[str] = []

        def run() -> None:
            try:
                answers.append(work(_trusted(self._given)))
            except SecretsUnavailableError as error:
                reasons.append(error.reason)
            except Exception as error:  # noqa: BLE001 - a backend raises what its system's library raises
                # Its type alone: some backends repeat what they were given.
                reasons.append(_words(error))

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._timeout_s)
        if thread.is_alive():
            self._silent = True
            raise SecretsUnavailableError(
                f"the system's keyring has not answered for {self._timeout_s:g} s; it may be locked."
            )
        if reasons:
            raise SecretsUnavailableError(reasons[0])
        return answers[0]


def _user(profile: Profile, who: str) -> str:
    return f"{profile.id}:{who}"


def _words(error: Exception) -> str:
    name = type(error).__name__
    if name == "KeyringLocked":
        return "the system's keyring is locked and was not opened."
    return f"the system's keyring failed ({name})."


def _trusted(backend: Backend | None) -> Backend:
    """Return a backend, this system's without one; raises SecretsUnavailableError if it is not trusted."""
    if backend is None:
        import keyring  # noqa: PLC0415 - looks through all installed packages, which takes time

        backend = keyring.get_keyring()
    # Several at once are a chain, of which the first that can be trusted is asked and no other.
    trusted = [one for one in getattr(backend, "backends", [backend]) if is_trusted(one)]
    if not trusted:
        raise SecretsUnavailableError("this system has no keyring that keeps secrets secret.")
    return trusted[0]


def is_trusted(backend: Backend) -> bool:
    """Whether a backend keeps what it is given, and not in the clear."""
    return not type(backend).__module__.startswith(_UNTRUSTED) and not hasattr(backend, "backends")
