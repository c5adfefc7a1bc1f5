"""What the last verify on this computer found of each ledger, kept in a private file beside the witness."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from filelock import FileLock, Timeout

from console.errors import UnavailableError
from console.ledger.audit.verify.check import Check
from console.settings.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.ledger.audit.verify.check import Report

_LOCK_TIMEOUT_S: Final = 10.0
# Of each ledger the last one is kept; of so many ledgers, those that were verified last.
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class LastVerify:
    """One verify that came to its end: when, by whom, how deep, and every promise with what was found.

    at: of the snapshot, by the server's clock. head, sealed_to: how far chain and seals went then.
    objections: what the witness of this computer had to say.
    """

    ledger: str
    at: datetime
    operator: str
    deep: bool
    head: int
    head_hash: str
    sealed_to: int | None
    transactions: int
    wallets: int
    checks: tuple[Check, ...]
    remarks: tuple[str, ...]
    objections: tuple[str, ...]

    @classmethod
    def of(cls, report: Report, operator: str, *, deep: bool, objections: tuple[str, ...] = ()) -> Self:
        """Return what there is to remember of a report."""
        head = report.head
        return cls(
            str(head.ledger), report.at.astimezone(UTC), operator, deep, head.id, head.hash.hex(),
            None if head.seal is None else head.seal.last_id, report.transactions, report.wallets,
            report.checks, report.remarks, objections,
        )  # fmt: skip

    @property
    def findings(self) -> tuple[Check, ...]:
        """The promises that are broken."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def unread(self) -> tuple[Check, ...]:
        """The promises that nobody looked at, for want of a right."""
        return tuple(check for check in self.checks if check.unread)

    @property
    def passed(self) -> bool:
        """Whether nothing was found, by the questions or by the witness."""
        return not self.findings and not self.objections


class Remembered:
    """One data folder's memory of verifies; any number of processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.file: Final = folder / "verified.json"

    def last(self, ledger: str) -> LastVerify | None:
        """Return the last one of a ledger; raises UnavailableError where the file cannot be read."""
        return next((one for one in self._kept() if one.ledger == ledger), None)

    def keep(self, fresh: LastVerify) -> None:
        """Remember a verify instead of the one before; raises UnavailableError."""
        with self._alone():
            others = [one for one in self._kept() if one.ledger != fresh.ledger]
            kept = sorted([fresh, *others], key=lambda one: one.at, reverse=True)[:_MOST]
            content = [{**asdict(one), "at": one.at.isoformat()} for one in kept]
            write_private(self.file, json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def _kept(self) -> list[LastVerify]:
        try:
            found = json.loads(self.file.read_text("utf-8"))
            return [_read(one) for one in found]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnavailableError(
                f"What the last verify found, {self.file}, cannot be read ({error}). Remove the file; "
                "the next verify writes it anew."
            ) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes out."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self.file.with_suffix(".lock"), mode=0o600, thread_local=False)
            lock.acquire(timeout=_LOCK_TIMEOUT_S)
        except Timeout:
            raise UnavailableError(
                f"Another console holds {self.file} locked; end it and try again."
            ) from None
        except OSError as error:
            raise UnavailableError(f"{self.file} cannot be written: {error.strerror or error}.") from None
        try:
            yield
        finally:
            lock.release()


def _read(one: dict[str, object]) -> LastVerify:
    values: dict[str, object] = dict(one)
    at = datetime.fromisoformat(str(values["at"]))
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    values["at"] = at
    checks = values["checks"]
    if not isinstance(checks, list):
        raise TypeError("checks are no list")
    values["checks"] = tuple(Check(**{**check, "unread": tuple(check["unread"])}) for check in checks)
    for name in ("remarks", "objections"):
        listed = values[name]
        values[name] = tuple(map(str, listed)) if isinstance(listed, list) else ()
    return LastVerify(**values)  # type: ignore[arg-type]  # a file of ours; another raises TypeError
