"""Which audit events are asked for, and how the indexes are walked for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, bindparam, text

from console.postgres.page import LAST_CHARACTER

if TYPE_CHECKING:
    from sqlalchemy import TextClause
    from sqlalchemy.types import TypeEngine

CLOCK_SLACK: Final = timedelta(hours=1)
"""By so much a server's clock may have been set back without an event being missed by its moment."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events; an empty field lets all pass.

    subject: exact, such as `account:alice`, unless starts says that it is only the subject's start.
    actions: any of them. since: then or later; until: before.
    """

    subject: str = ""
    actor: str = ""
    actions: tuple[str, ...] = ()
    outcome: str = ""
    starts: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether all events pass."""
        return self == AuditFilter()


# Events are numbered in the order of their moments, without a gap, and no index has the moment: a number is
# found by halving, in 18 probes for 200,000 events. Numbers around the span are taken with an hour to spare,
# and each event's own moment decides.
_BOUNDS: Final = """
    sought (edge, at) AS (VALUES {edges}),
    halving (edge, at, low, high) AS (
        SELECT sought.edge, sought.at, 0::bigint, h.id + 1 FROM sought CROSS JOIN ledger.audit_head h
        UNION ALL
        SELECT half.edge, half.at, CASE WHEN met.at < half.at THEN half.middle ELSE half.low END,
            CASE WHEN met.at < half.at THEN half.high ELSE half.middle END
        FROM (SELECT h.*, (h.low + h.high) / 2 AS middle FROM halving h WHERE h.high - h.low > 1) half
        CROSS JOIN LATERAL (
            SELECT coalesce((SELECT e.at FROM ledger.audit_events e WHERE e.id >= half.middle
                ORDER BY e.id LIMIT 1), 'infinity') AS at) met
    ),
    bounds AS MATERIALIZED (
        SELECT coalesce(min(h.low) FILTER (WHERE h.edge = 'since'), 0) AS after,
            coalesce(max(h.high) FILTER (WHERE h.edge = 'until'), 9223372036854775807) AS before
        FROM halving h WHERE h.high - h.low <= 1
    ),"""
_EDGES: Final = {"since": "('since', :since_edge)", "until": "('until', :until_edge)"}

# Of several actions each is an index walk of its own that stops at the limit; their newest are the list's.
_SEVERAL: Final = """
        SELECT one.id FROM unnest(:actions) kind (action) CROSS JOIN LATERAL (
            SELECT e.id FROM ledger.audit_events e WHERE e.action = kind.action AND {conditions}
            ORDER BY e.id {direction} LIMIT :limit) one
        ORDER BY one.id {direction} LIMIT :limit"""
_ONE: Final = """
        SELECT e.id FROM ledger.audit_events e WHERE {conditions} ORDER BY e.id {direction} LIMIT :limit"""

COLUMNS: Final = """e.id, e.at, e.actor, e.action, e.subject, e.outcome,
        e.detail #>> '{outcome,code}' AS code, e.reason, e.ticket, e.detail::text AS written,
        e.previous, e.hash, e.format, e.digest"""
"""What is read of an event `e`."""

# The numbers are found first, so that the details of rows that are thrown away are never read.
_PAGE: Final = """
    WITH RECURSIVE {bounds} found AS MATERIALIZED ({numbers}
    )
    SELECT {columns}
    FROM found JOIN ledger.audit_events e ON e.id = found.id
    ORDER BY e.id {direction}"""

_CONDITIONS: Final = {
    "subject": "e.subject = :subject",
    "starts": "e.subject >= :starts AND e.subject < :ends",
    "actor": "e.actor = :actor",
    "action": "e.action = :action",
    "outcome": "e.outcome = :outcome",
    "since": "e.at >= :since AND e.id > (SELECT b.after FROM bounds b)",
    "until": "e.at < :until AND e.id < (SELECT b.before FROM bounds b)",
}
_TYPES: Final[dict[str, TypeEngine[Any]]] = {
    "actions": ARRAY(Text()),
    "cursor": BigInteger(),
    "since": DateTime(timezone=True),
    "until": DateTime(timezone=True),
    "since_edge": DateTime(timezone=True),
    "until_edge": DateTime(timezone=True),
}


def statement_of(
    wanted: AuditFilter, cursor: int | None, limit: int, *, falling: bool
) -> tuple[TextClause, dict[str, Any]]:
    """Return the statement of so many events from a number on, and its values; falling: the newest first."""
    values: dict[str, Any] = {"limit": limit}
    if wanted.subject and wanted.starts:
        values |= {"starts": wanted.subject, "ends": wanted.subject + LAST_CHARACTER}
    elif wanted.subject:
        values["subject"] = wanted.subject
    if wanted.actor:
        values["actor"] = wanted.actor
    if len(wanted.actions) == 1:
        (values["action"],) = wanted.actions
    elif wanted.actions:
        values["actions"] = list(wanted.actions)
    if wanted.outcome:
        values["outcome"] = wanted.outcome
    if wanted.since is not None:
        values |= {"since": wanted.since, "since_edge": _shifted(wanted.since, -CLOCK_SLACK)}
    if wanted.until is not None:
        values |= {"until": wanted.until, "until_edge": _shifted(wanted.until, CLOCK_SLACK)}
    if cursor is not None:
        values["cursor"] = cursor
    return _shape(frozenset(values), falling=falling), values


@lru_cache(maxsize=256)
def _shape(given: frozenset[str], *, falling: bool) -> TextClause:
    """Build the statement once for each set of conditions."""
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    if "cursor" in given:
        conditions.append("e.id < :cursor" if falling else "e.id > :cursor")
    edges = ", ".join(edge for name, edge in _EDGES.items() if name in given)
    direction = "DESC" if falling else "ASC"
    numbers = (_SEVERAL if "actions" in given else _ONE).format(
        conditions=" AND ".join(conditions) or "true", direction=direction
    )
    bounds = _BOUNDS.format(edges=edges) if edges else ""
    statement = text(_PAGE.format(bounds=bounds, columns=COLUMNS, numbers=numbers, direction=direction))
    for name, kind in _TYPES.items():
        if name in given:
            statement = statement.bindparams(bindparam(name, type_=kind))
    return statement


def _shifted(moment: datetime, by: timedelta) -> datetime:
    """Return a moment a little earlier or later, no further than the calendar goes."""
    try:
        return moment + by
    except OverflowError:
        return moment
