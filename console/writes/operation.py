"""One write of the ledger: one call of one SQL function, tried again under the same key until it is known."""

from __future__ import annotations

import random
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

import stamina
from psycopg.types.json import Jsonb
from sqlalchemy import text

from console.errors import ConsoleError, OutcomeUnknownError, RefusedError
from console.errors.refusals import refusal
from console.postgres.driver_errors import is_passing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from uuid import UUID

    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

TRIES: Final = 5
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 2.0

_IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_TYPE: Final = re.compile(r"(?:[a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*(?:\[\])?", re.ASCII)
_SECRET: Final = re.compile(r"passw|secret", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of `ledger.<function>(p_key => …, p_<name> => …)`; `action` is what the monitor calls it.

    arguments: by name without `p_`, as psycopg passes them; a dict goes as jsonb. They are kept in the
    outbox, so no password may be among them. types: the SQL type of an argument where Python cannot say it.
    """

    action: str
    function: str
    arguments: Mapping[str, Any]
    types: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Let nothing into the SQL that is not a name there."""
        for name in (self.function, *self.arguments):
            if _IDENTIFIER.fullmatch(name) is None:
                raise ValueError(f"{name!r} is no name of a function or an argument")
        if "key" in self.arguments or any(_SECRET.search(name) for name in self.arguments):
            raise ValueError("an operation's arguments hold neither its key nor a password")
        for name, written in self.types.items():
            if name not in self.arguments or _TYPE.fullmatch(written) is None:
                raise ValueError(f"{name!r}: {written!r} is no type of an argument")


def perform(
    database: Database,
    operation: Operation,
    *,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
    timeout_s: int | None = None,
) -> dict[str, Any]:
    """Do it once, however often it is sent, and return its outcome; the same key again, the same outcome.

    The outbox holds it from before it is sent until its outcome is known. Raises RefusedError when the
    ledger refused it, and OutcomeUnknownError when no try told whether an earlier one was committed.
    """
    key = uuid4() if key is None else key
    tries = count()

    def once() -> dict[str, Any]:
        if next(tries):
            database.count_retry()
        return call(database, operation, key, cancel=cancel, timeout_s=timeout_s)

    with _in_outbox(database, key, operation) as in_doubt:
        outcome = insist(once, key, cancel, in_doubt=in_doubt)
    if outcome["status"] == "refused":
        raise refusal(outcome["code"], outcome.get("detail") or {})
    return outcome


def call(
    database: Database,
    operation: Operation,
    key: UUID,
    *,
    cancel: Cancellation | None = None,
    timeout_s: int | None = None,
) -> dict[str, Any]:
    """Send an operation once and return its outcome, a refusal too; `perform` is what callers want."""
    statement = _statement(
        operation.function, tuple(operation.arguments), tuple(sorted(operation.types.items()))
    )
    values = {
        name: Jsonb(value) if isinstance(value, dict) else value
        for name, value in operation.arguments.items()
    }

    def work(session: Session) -> dict[str, Any]:
        return cast("dict[str, Any]", session.execute(statement, {**values, "key": key}).scalar_one())

    return database.write(operation.action, work, cancel=cancel, timeout_s=timeout_s, key=key)


def insist(
    once: Callable[[], dict[str, Any]],
    key: UUID,
    cancel: Cancellation | None = None,
    *,
    in_doubt: bool = False,
) -> dict[str, Any]:
    """Try again while the reason passes, five times at most: this is the one place that retries a write.

    Once an answer to COMMIT was lost, now or before (`in_doubt`), only an outcome ends the doubt.
    """
    try:
        # The pauses are made here and not by stamina, whose sleep nothing could end.
        for attempt in stamina.retry_context(
            on=is_passing, attempts=TRIES, timeout=None, wait_initial=0, wait_max=0, wait_jitter=0
        ):
            with attempt:
                if attempt.num > 1:
                    _pause(attempt.num - 1, cancel)
                try:
                    return once()
                except OutcomeUnknownError:
                    in_doubt = True
                    raise
    except (RefusedError, OutcomeUnknownError):
        raise  # refused here: the key was used before with other content, so this never happened
    except ConsoleError as error:
        if in_doubt:
            raise OutcomeUnknownError(str(key)) from error
        raise
    raise AssertionError("stamina ends in an answer or an error")


@contextmanager
def _in_outbox(database: Database, key: UUID, operation: Operation) -> Iterator[bool]:
    """Keep an operation on disk while nobody knows its outcome; yields whether it was in doubt before."""
    outbox = database.outbox
    if outbox is None:
        yield False
        return
    entry, in_doubt = outbox.note(key, operation)
    known = False
    try:
        yield in_doubt
        known = True
    except OutcomeUnknownError:
        raise
    except ConsoleError:
        # Anything else that ends this block, a bug or a second Ctrl+C, may have come after the sending.
        known = True
        raise
    finally:
        outbox.done(entry, known=known)


def _pause(turn: int, cancel: Cancellation | None) -> None:
    """Wait for a random part of a growing time, so that those who met do not meet again."""
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (turn - 1))
    seconds = random.uniform(0, longest)  # noqa: S311 - nobody gains by foreseeing it
    woken = threading.Event()
    if cancel is None:
        woken.wait(seconds)
        return
    cancel.attach(woken.set)
    try:
        woken.wait(seconds)
    finally:
        cancel.detach()
    cancel.check()


@lru_cache(maxsize=256)
def _statement(function: str, names: tuple[str, ...], types: tuple[tuple[str, str], ...]) -> TextClause:
    cast_to = dict(types)
    passed = [
        f"p_{name} => CAST(:{name} AS {cast_to[name]})" if name in cast_to else f"p_{name} => :{name}"
        for name in names
    ]
    return text(f"SELECT ledger.{function}({', '.join(['p_key => :key', *passed])})")
