"""The unprivileged account that runs the server when the console is root, because PostgreSQL refuses root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.errors import EmbeddedServerError

if sys.platform != "win32":
    import pwd

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCOUNT_NAME: Final = "ledger-console"

_FALLBACK_NAME: Final = "nobody"
_CREATE_TIMEOUT_S: Final = 10
_CAP_DAC_READ_SEARCH: Final = 1 << 2


@dataclass(frozen=True, slots=True)
class Account:
    """A system account."""

    name: str
    uid: int
    gid: int

    def may(self, bit: int, path: Path) -> bool:
        """Whether the mode grants this account the bit: 4 read, 1 enter or execute."""
        status = path.stat()
        if status.st_uid == self.uid:
            bit <<= 6
        elif status.st_gid == self.gid:
            bit <<= 3
        return status.st_mode & bit == bit

    def first_closed(self, folders: Iterable[Path]) -> Path | None:
        """Return the first folder on the way to these that the account may not enter."""
        for folder in folders:
            for step in (*reversed(folder.parents), folder):
                if not self.may(1, step):
                    return step
        return None


def account_for(pgdata: Path) -> Account | None:
    """Return the account that must run the server; None means the user who runs the console."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    try:
        # Whoever owns the data already; the account may have been made only after the first start.
        uid = pgdata.stat().st_uid
    except FileNotFoundError:
        return _find(ACCOUNT_NAME) or _create() or _required(_FALLBACK_NAME)
    if uid == 0:
        raise EmbeddedServerError(
            f"The folder {pgdata} belongs to root, whom PostgreSQL refuses; "
            f"give it to the account {ACCOUNT_NAME} with chown -R."
        )
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(f"number {uid}", uid, pgdata.stat().st_gid)
    return Account(entry.pw_name, uid, entry.pw_gid)


def elevation(account: Account, folders: Iterable[Path]) -> tuple[str, ...]:
    """Return the command prefix with which the account reaches these folders; empty when it just can.

    Folders above may be closed to it (a home, a venv below it) and are not ours to open. So the server gets
    one capability of root's: to read and pass through folders, never to write.
    """
    closed = account.first_closed(folders)
    if closed is None:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None or not _may_read_everywhere():
        raise EmbeddedServerError(
            f"PostgreSQL runs as the account {account.name}, which may not enter {closed}; run the console "
            "as an ordinary user, or keep the program and LEDGER_DATA_DIR in folders open to that account."
        )
    return (
        setpriv,
        f"--reuid={account.uid}",
        f"--regid={account.gid}",
        "--clear-groups",
        "--no-new-privs",
        # Without it access(2) ignores capabilities, and pg_ctl checks its own program with access(2).
        "--securebits=+no_setuid_fixup",
        "--bounding-set=-all,+dac_read_search",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
    )


def user_name(uid: int) -> str:
    """Return how people call this user."""
    if sys.platform != "win32":
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            pass
    return f"user number {uid}"


def _find(name: str) -> Account | None:
    if sys.platform == "win32":
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    # An account that is root by another name would be refused by PostgreSQL.
    return Account(name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _create() -> Account | None:
    """Make the account; None when the system has no useradd or refuses."""
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        return None
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
    give_up_at = time.monotonic() + _CREATE_TIMEOUT_S
    while time.monotonic() < give_up_at:
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=_CREATE_TIMEOUT_S)
        except (OSError, subprocess.TimeoutExpired):
            return None
        # Another console may have been faster, or may hold the lock of the password file right now.
        if (account := _find(ACCOUNT_NAME)) is not None:
            return account
        if b"lock" not in done.stderr:
            return None
        time.sleep(0.1)
    return None


def _required(name: str) -> Account:
    account = _find(name)
    if account is None:
        raise EmbeddedServerError(
            "PostgreSQL refuses to run as root and this system has no account for it; run the console as an "
            f"ordinary user, or create the account {ACCOUNT_NAME}."
        )
    return account


def _may_read_everywhere() -> bool:
    """Whether root here still holds the capability; containers often take it away."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    bounds = [int(line.split()[1], 16) for line in lines if line.startswith("CapBnd:")]
    return bool(bounds) and bounds[0] & _CAP_DAC_READ_SEARCH != 0
