"""One audit event in full: its place in the chain, what stood before it, and the seals that hold it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.audit.filter import COLUMNS
from console.ledger.audit.page import AuditEvent, event_of
from console.ledger.audit.verify.rules.chain import CONTENT, EVENT_HASH

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# Each of these says the whole state that it leaves behind; those of a list follow one another.
_SET: Final = "e.action IN ('set_approval_rule', 'set_approval_terms', 'set_limit', 'set_allowance')"
_STATES: Final = f"""CASE
        WHEN {_SET} THEN ARRAY[e.action]
        WHEN e.action IN ('create_operator', 'disable_operator', 'enable_operator', 'set_operator_groups')
            THEN '{{create_operator,disable_operator,enable_operator,set_operator_groups}}'
        WHEN e.action IN ('lock_operator', 'release_operator', 'unlock_operator')
            THEN '{{lock_operator,release_operator,unlock_operator}}'
        WHEN e.action IN ('close_currency', 'reopen_currency')
            THEN '{{add_currency,close_currency,reopen_currency}}'
    END::text[]"""

# Neighbours are the rows beside it, whatever their numbers: a gap shows as a number that is not the next one.
_EVENT: Final = text(f"""
    SELECT {COLUMNS}, {EVENT_HASH} AS due, CASE e.format WHEN 2 THEN sha256(content.bytes) END AS due_digest,
        before.id AS before_id, before.hash AS before_hash, sha256('ledger') AS first_hash,
        after.id AS after_id, after.previous AS after_previous, head.id AS head_id, head.hash AS head_hash,
        sealed.id AS sealed_in, seal.first_id, seal.last_id, seal.event_id,
        earlier.id AS earlier_id, earlier.at AS earlier_at, earlier.actor AS earlier_actor,
        earlier.action AS earlier_action, earlier.detail AS earlier_detail,
        request.kind AS request_kind, request.request AS asked
    FROM ledger.audit_events e
    CROSS JOIN LATERAL (SELECT {CONTENT} AS bytes) content
    LEFT JOIN ledger.audit_head head ON true
    LEFT JOIN LATERAL (
        SELECT b.id, b.hash FROM ledger.audit_events b
        WHERE b.id < e.id ORDER BY b.id DESC LIMIT 1) before ON true
    LEFT JOIN LATERAL (
        SELECT a.id, a.previous FROM ledger.audit_events a
        WHERE a.id > e.id ORDER BY a.id LIMIT 1) after ON true
    LEFT JOIN LATERAL (
        SELECT s.id FROM ledger.audit_events s
        WHERE s.action = 'seal' AND s.id >= e.id AND s.outcome = 'done' ORDER BY s.id LIMIT 1) sealed ON true
    LEFT JOIN LATERAL (SELECT coalesce(
        substring(e.subject FROM '^transaction:([0-9]{{1,18}})$')::bigint,
        substring(e.detail #>> '{{outcome,transaction}}' FROM '^[0-9]{{1,18}}$')::bigint) AS id
    ) posted ON true
    LEFT JOIN LATERAL (
        SELECT s.first_id, s.last_id, s.event_id FROM ledger.seals s
        WHERE s.last_id >= posted.id ORDER BY s.last_id LIMIT 1) seal ON seal.first_id <= posted.id
    LEFT JOIN LATERAL (
        SELECT p.id, p.at, p.actor, p.action, p.detail FROM ledger.audit_events p
        WHERE p.subject = e.subject AND p.id < e.id AND p.outcome = 'done' AND p.action = ANY ({_STATES})
            AND (NOT {_SET} OR (
                p.detail #>> '{{request,kind}}', p.detail #>> '{{request,currency}}',
                p.detail #>> '{{request,from_amount}}') IS NOT DISTINCT FROM (
                e.detail #>> '{{request,kind}}', e.detail #>> '{{request,currency}}',
                e.detail #>> '{{request,from_amount}}'))
        ORDER BY p.id DESC LIMIT 1) earlier ON e.outcome = 'done'
    LEFT JOIN ledger.approval_requests request ON e.action = 'execute_request'
        AND request.id = substring(e.subject FROM '^request:([0-9]{{1,18}})$')::bigint
    WHERE e.id = :id""")  # noqa: S608 - constants of this package


class UnknownEventError(UsageError):
    """The chain has no event of a number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no audit event {number:,} here; the list has all there are.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the chain, and what the database reckons of it anew.

    due: the hash that its content and the hash before make. due_digest: of its content, None in format 1.
    before, after: the numbers beside it, None at an end. hash_before: of the event before, for the first one
    that of the chain's beginning. previous_after: what the event after holds as the hash before it.
    """

    due: bytes
    due_digest: bytes | None
    before: int | None
    hash_before: bytes
    after: int | None
    previous_after: bytes | None
    head: int | None
    head_hash: bytes | None


@dataclass(frozen=True, slots=True)
class SealedRange:
    """Transactions under one seal, and the event that says so."""

    first: int
    last: int
    event: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The event before that left the state which this one changed."""

    id: int
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FullEvent:
    """One event with all that the ledger says about it.

    sealed_in: the first seal's event from this one on, whose hash stands on this event too. seal: over the
    transaction that it is about. asked, asked_kind: what a request that it carries out had asked for.
    """

    event: AuditEvent
    place: Place
    sealed_in: int | None
    seal: SealedRange | None
    earlier: Earlier | None
    asked_kind: str | None
    asked: dict[str, Any] | None

    @property
    def objections(self) -> tuple[str, ...]:
        """Every way in which the event does not fit, in sentences; empty where it does."""
        return tuple(_objections(self.event, self.place))

    @property
    def fits(self) -> bool:
        """Whether it is what its hash says, and fits the events beside it."""
        return not self.objections


def full_event(database: Database, number: int, *, cancel: Cancellation | None = None) -> FullEvent:
    """Return one event by its number, in one statement; raises UnknownEventError."""

    def ask(session: Session) -> FullEvent:
        row = session.execute(_EVENT, {"id": number}).one_or_none()
        if row is None:
            raise UnknownEventError(number)
        return _full(row)

    return database.read("audit.event", ask, cancel=cancel)


def _full(row: Row[Any]) -> FullEvent:
    first = row.before_id is None
    place = Place(
        due=bytes(row.due),
        due_digest=_bytes(row.due_digest),
        before=row.before_id,
        hash_before=bytes(row.first_hash if first else row.before_hash),
        after=row.after_id,
        previous_after=_bytes(row.after_previous),
        head=row.head_id,
        head_hash=_bytes(row.head_hash),
    )
    earlier = None
    if row.earlier_id is not None:
        earlier = Earlier(
            row.earlier_id, row.earlier_at, row.earlier_actor, row.earlier_action, row.earlier_detail
        )
    seal = None if row.event_id is None else SealedRange(row.first_id, row.last_id, row.event_id)
    return FullEvent(event_of(row), place, row.sealed_in, seal, earlier, row.request_kind, row.asked)


def _bytes(found: Any) -> bytes | None:
    return None if found is None else bytes(found)


def _objections(event: AuditEvent, place: Place) -> list[str]:
    said = []
    if place.due != event.hash:
        said.append(f"Its hash should be {place.due.hex()}, and is {event.hash.hex()}: it has been changed.")
    elif place.due_digest != event.digest:
        said.append("The digest kept of its content is not that of its content: it has been changed.")
    if (place.before or 0) + 1 != event.id:
        said.append(f"Before it stands event {place.before or 0:,}: what was between is gone.")
    if place.hash_before != event.previous:
        said.append("The hash that it holds of the event before is not that event's.")
    if place.after is None:
        if (place.head, place.head_hash) != (event.id, event.hash):
            said.append(f"It is the last event, but the chain's head says {place.head or 0:,}.")
    else:
        if place.after != event.id + 1:
            said.append(f"After it stands event {place.after:,}: what was between is gone.")
        if place.previous_after != event.hash:
            said.append("The hash that the event after holds of this one is another.")
    return said


def written_detail(event: AuditEvent) -> str:
    """Return the request and its outcome as indented JSON, for whoever wants every byte."""
    return json.dumps(event.detail, ensure_ascii=False, indent=2)
