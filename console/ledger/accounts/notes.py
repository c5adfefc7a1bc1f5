"""What operators write about an account: notes, flags that wait for somebody; and who follows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.credits.breakdown import with_moments
from console.postgres.page import asked_name
from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

NOTES: Final = 50
"""How many notes are shown, of those that wait and of the others each."""

_WAITS: Final = "EXISTS (SELECT FROM ledger.account_flags f WHERE f.note_id = n.id AND f.done_at IS NULL)"

_OF_USER: Final = """SELECT json_agg(json_build_array(
            note.id, note.note, note.operator, note.created_at, flag.note_id IS NOT NULL, flag.assignee,
            flag.done_by, flag.done_at) ORDER BY note.waits DESC, note.id DESC)
        FROM (
            (SELECT true AS waits, n.id, coalesce(n.note, '') AS note, n.operator, n.created_at
            FROM ledger.account_flags f JOIN ledger.account_notes n ON n.id = f.note_id
            WHERE f.user_id = {user} AND f.done_at IS NULL ORDER BY f.note_id LIMIT :notes)
            UNION ALL
            (SELECT false, n.id, coalesce(n.note, ''), n.operator, n.created_at
            FROM ledger.account_notes n WHERE n.user_id = {user} AND NOT {waits}
            ORDER BY n.id DESC LIMIT :notes)) note
        LEFT JOIN ledger.account_flags flag ON flag.note_id = note.id"""


def notes_of(user: str) -> str:
    """Return the subquery of a user's notes as JSON: the oldest :notes that wait, and the newest others."""
    return _OF_USER.format(user=user, waits=_WAITS)


_NOTES = text(f"""
    SELECT ({notes_of("u.id")}) AS notes FROM ledger.users u WHERE u.username = :username""")  # noqa: S608 - texts of ours

FOR_ME: Final = """(
        f.assignee IS NULL OR f.assignee = session_user OR NOT ledger.may_close_flags(f.assignee))"""
"""Whether a flag `f` waits for the operator who asks: it is theirs, or for whoever comes first; one whose
assignee may close flags no longer is for anyone too."""

_WAITING = text(f"""
    SELECT count(DISTINCT f.user_id) FROM ledger.account_flags f
    WHERE f.done_at IS NULL AND {FOR_ME} AND ledger.may_close_flags(session_user)""")  # noqa: S608 - text of ours

_ASSIGNEES = text("""
    SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE ledger.may_close_flags(r.rolname)
    ORDER BY r.rolname""")


@dataclass(frozen=True, slots=True)
class Note:
    """What an operator wrote about an account; nothing is left of it when its person was erased.

    flagged: whether it asked for something; that waits for the assignee (None: whoever comes first) until
    somebody closes it.
    """

    id: int
    text: str
    operator: str
    created_at: datetime
    flagged: bool
    assignee: str | None
    done_by: str | None
    done_at: datetime | None

    @property
    def state(self) -> str:
        """What its flag is: open, done, or empty for a plain note."""
        return "" if not self.flagged else "open" if self.waits else "done"

    @property
    def waits(self) -> bool:
        """Whether what it asks for is still to be done."""
        return self.flagged and self.done_at is None


@dataclass(frozen=True, slots=True)
class AddNote:
    """What is to be written down about an account."""

    username: str
    note: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("account.note", "add_note", without_empty(asdict(self), "ticket"))


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that is kept with an account, by its number."""

    note: int
    key: UUID


@dataclass(frozen=True, slots=True)
class Assigned:
    """Whom a flag waits for, before and after; None is whoever comes first. note: its note's number."""

    note: int
    before: str | None
    after: str | None
    key: UUID


@dataclass(frozen=True, slots=True)
class FlagClosed:
    """A flag that is done, by its note's number."""

    note: int
    key: UUID


@dataclass(frozen=True, slots=True)
class Followed:
    """An account, by its number, that the operator follows now or no longer."""

    account: int
    following: bool
    key: UUID


def add_note(
    ledger: Ledger,
    username: str,
    note: str,
    *,
    ticket: str = "",
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Noted:
    """Write down what is known of an account; notes are never changed."""
    done = ledger.perform(AddNote(username, note, ticket).operation, key=key, cancel=cancel)
    return Noted(done["note"], done["key"])


def flag(
    ledger: Ledger,
    username: str,
    note: str,
    *,
    assignee: str | None = None,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Noted:
    """Flag an account: note what is to be done, and whom it waits for; None is whoever comes first."""
    arguments = {"username": username, "note": note, "assignee": assignee}
    done = ledger.perform(Operation("account.flag", "flag_account", arguments), key=key, cancel=cancel)
    return Noted(done["note"], done["key"])


def assign(
    ledger: Ledger,
    username: str,
    note: int,
    assignee: str | None,
    *,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Assigned:
    """Say whom the flag of an account's note waits for."""
    arguments = {"username": username, "flag": note, "assignee": assignee}
    done = ledger.perform(Operation("account.assign", "assign_flag", arguments), key=key, cancel=cancel)
    return Assigned(done["note"], done["before"], done["after"], done["key"])


def close(
    ledger: Ledger,
    username: str,
    note: int,
    *,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> FlagClosed:
    """Close the flag of an account's note: what it asked for is done, for good."""
    arguments = {"username": username, "flag": note}
    done = ledger.perform(Operation("account.done", "close_flag", arguments), key=key, cancel=cancel)
    return FlagClosed(done["note"], done["key"])


def follow(
    ledger: Ledger,
    username: str,
    *,
    following: bool = True,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Followed:
    """Follow an account, or no longer; each operator for themselves."""
    arguments = {"username": username, "following": following}
    done = ledger.perform(Operation("account.follow", "follow_account", arguments), key=key, cancel=cancel)
    return Followed(done["account"], following, done["key"])


def notes(
    database: Database, username: str, *, limit: int = NOTES, cancel: Cancellation | None = None
) -> tuple[Note, ...]:
    """Return an account's notes, newest first: those that wait, the oldest `limit` of them, then the others.

    Raises UsageError when there is no such account.
    """
    values = {"username": asked_name(username), "notes": limit}

    def ask(session: Session) -> tuple[Note, ...]:
        row = session.execute(_NOTES, values).one_or_none()
        if row is None:
            raise UsageError(f"There is no account {values['username']!r}.")
        return notes_in(row.notes)

    return database.read("account.notes", ask, cancel=cancel)


def notes_in(rows: Sequence[Sequence[Any]] | None) -> tuple[Note, ...]:
    """Read what `notes_of` selects."""
    return tuple(Note(*with_moments(row, 3, 7)) for row in rows or ())


def waiting(database: Database, *, cancel: Cancellation | None = None) -> int:
    """Return how many accounts have a flag for the operator who asks; 0 for those who may close none."""
    return database.read(
        "account.waiting", lambda session: int(session.execute(_WAITING).scalar_one()), cancel=cancel
    )


def assignees(database: Database, *, cancel: Cancellation | None = None) -> tuple[str, ...]:
    """Return the operators whom a flag can wait for, by name."""
    return database.read(
        "account.assignees", lambda session: tuple(session.execute(_ASSIGNEES).scalars()), cancel=cancel
    )
