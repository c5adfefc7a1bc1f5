"""What a backup says of itself in clear, so that it can be looked at without its passphrase."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from console.workspace.backup.errors import DamagedBackupError, NoBackupError
from console.workspace.backup.facts import Facts, Total

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1

NOTICE: Final = (
    "A backup of a credit ledger, made by Ledger Console. It holds names, balances and notes of customers. "
    "Restore it with: ledgerctl restore FILE"
)


@dataclass(frozen=True, slots=True)
class Lock:
    """How the key comes from the passphrase: scrypt with these costs; salt and check in hexadecimal digits.

    check tells a wrong passphrase from a damaged file: half of what scrypt gives, of which the other half is
    the key.
    """

    n: int
    r: int
    p: int
    salt: str
    check: str


@dataclass(frozen=True, slots=True)
class BackupHeader:
    """What is in the file: which ledger, in which state, made when and by what.

    has_passwords: whether it holds what the server keeps of operators' passwords (their SCRAM verifiers).
    """

    console: str
    postgresql: int
    made_at: datetime
    facts: Facts
    has_passwords: bool
    lock: Lock | None = None
    notice: str = NOTICE
    format: int = FORMAT

    @property
    def is_encrypted(self) -> bool:
        """Whether a passphrase is needed to restore it."""
        return self.lock is not None

    def to_bytes(self) -> bytes:
        """Return the header as the file holds it: JSON, for people to read too."""
        content = asdict(self) | {"made_at": self.made_at.isoformat()}
        posted = self.facts.last_posted_at
        content["facts"]["last_posted_at"] = None if posted is None else posted.isoformat()
        ordered = {key: content[key] for key in ("notice", "format", *content)}
        return json.dumps(ordered, ensure_ascii=False, indent=1).encode()

    @classmethod
    def of(cls, content: bytes, file: Path) -> Self:
        """Read a header; raises NoBackupError for one of a newer format, DamagedBackupError for nonsense."""
        try:
            found = json.loads(content)
            if found["format"] > FORMAT:
                raise NoBackupError(
                    str(file),
                    f"this backup has format {found['format']} and this console reads up to {FORMAT}; "
                    f"it was made by Ledger Console {found.get('console', '')}. Install a newer one.",
                )
            return cls(
                console=str(found["console"]),
                postgresql=int(found["postgresql"]),
                made_at=datetime.fromisoformat(found["made_at"]),
                facts=_facts(found["facts"]),
                has_passwords=bool(found["has_passwords"]),
                lock=None if found["lock"] is None else Lock(**found["lock"]),
                notice=str(found["notice"]),
                format=int(found["format"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DamagedBackupError(file, "its head cannot be read") from None


def _facts(found: dict[str, Any]) -> Facts:
    posted = found["last_posted_at"]
    return Facts(
        **found
        | {
            "last_posted_at": None if posted is None else datetime.fromisoformat(posted),
            "totals": tuple(Total(**total) for total in found["totals"]),
        }
    )
