"""Where an audit event leads: to the account, batch, hold or transaction that it is about."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from console.files.text import shown
from ui.kit.table.row_menu import RowAction
from ui.routes import OpenBatch, OpenHolds, OpenJobs, OpenServer, OpenTransaction
from ui.ways import way_to_account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.ledger.audit.page import AuditEvent
    from ui.context import Context

# What was refused may name anything as its number; no more than 18 digits are one that the database takes.
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def ways_from(context: Context, event: AuditEvent) -> tuple[RowAction, ...]:
    """Return the ways from an event, its own subject first, each place once."""
    found: dict[str, RowAction] = {}
    for way in _ways(context, event):
        found.setdefault(way.title, way)
    return tuple(found.values())


def _ways(context: Context, event: AuditEvent) -> Iterator[RowAction]:
    kind, _, name = event.subject.partition(":")
    go = context.navigator.go
    if kind == "account" and name:
        yield way_to_account(context, name)
    elif kind == "batch" and _NUMBER.fullmatch(name):
        yield RowAction(f"Batch {name}", partial(go, OpenBatch(int(name))))
    elif kind == "reservation" and name:
        yield RowAction(f"Hold {shown(name)}", partial(go, OpenHolds(reference=name)))
    elif kind in {"transaction", "transactions"} and _NUMBER.fullmatch(name.partition("-")[0]):
        yield _transaction(context, int(name.partition("-")[0]))
    elif kind == "job":
        yield RowAction("Automatic jobs", partial(go, OpenJobs()))
    elif kind == "session":
        yield RowAction("Sessions of the server", partial(go, OpenServer()))
    yield from _named(context, event)


def _named(context: Context, event: AuditEvent) -> Iterator[RowAction]:
    """Yield the ways to what an event names beside its subject."""
    detail = event.detail
    asked, came = detail.get("request"), detail.get("outcome")
    asked, came = (part if isinstance(part, dict) else {} for part in (asked, came))
    inner = asked.get("request")
    said = inner if isinstance(inner, dict) else asked
    posted = came.get("transaction")
    if isinstance(posted, int):
        yield _transaction(context, posted)
    batch = said.get("batch", came.get("batch"))
    if isinstance(batch, int):
        yield RowAction(f"Batch {batch}", partial(context.navigator.go, OpenBatch(batch)))
    for name in ("username", "from", "to"):
        if isinstance(said.get(name), str) and said[name] and not said[name].startswith("@"):
            yield way_to_account(context, said[name])


def _transaction(context: Context, number: int) -> RowAction:
    return RowAction(f"Transaction {number}", partial(context.navigator.go, OpenTransaction(number)))
