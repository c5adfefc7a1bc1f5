"""What an audit event says, as lines that people read: what was asked for, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from console.errors.refusals import sentence
from console.files.text import shown
from console.ledger.audit.kinds import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from console.ledger.audit.event import FullEvent
    from console.ledger.audit.page import AuditEvent
    from console.money import Currency

LONGEST: Final = 400
"""The most characters of a value that are shown; the whole of it stands in the event's JSON."""

NOT_TOLD: Final = "not told by the chain"
NONE: Final = "none"

_AMOUNTS: Final = frozenset({
    "amount", "asked_amount", "captured", "from_amount", "left", "limit", "per_day", "per_operation",
    "typed_from", "released", "remaining", "reserved", "short", "total",
})  # fmt: skip
_MOMENTS: Final = frozenset({"at", "until", "newest"})
# What stands in fields of the event itself, or says nothing to people.
_TOLD_ABOVE: Final = frozenset({"reason", "ticket"})
_OPERATORS: Final = {
    "create_operator": "active", "enable_operator": "active", "disable_operator": "disabled",
    "set_operator_groups": "active",
}  # fmt: skip
_ITSELF: Final = {
    "set_overdraft_limit": "limit", "set_business_zone": "zone", "correct_currency": "exponent",
}  # fmt: skip
_CHANGE: Final = frozenset({"before", "after"})
_PAIRS: Final = {
    "set_limit": ("per_operation", "per_day"),
    "set_allowance": ("per_operation", "per_day"),
    "set_approval_terms": ("days", "typed_from"),
}
_GATES: Final = {"lock_operator": "locked", "release_operator": "open", "unlock_operator": "open"}
_CURRENCIES: Final = {"add_currency": "open", "close_currency": "closed", "reopen_currency": "open"}
_NO_EARLIER: Final = "No earlier event tells what stood before; what the ledger began with is in no event."


@dataclass(frozen=True, slots=True)
class Writing:
    """How amounts and moments are written; money gets minor units."""

    money: Callable[[int, Currency], str]
    moment: Callable[[datetime], str]
    currencies: Mapping[str, Currency]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said: its name and value in words."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one event changed: before is None where the chain cannot tell it."""

    name: str
    before: str | None
    after: str

    @property
    def words(self) -> str:
        """Return it on one line: `limit: 500.00 CR, before 200.00 CR`."""
        return f"{self.name}: {self.after}, before {NOT_TOLD if self.before is None else self.before}"


@dataclass(frozen=True, slots=True)
class Changes:
    """What an event changed, which event told what stood before, and what there is to say beside."""

    changes: tuple[Change, ...] = ()
    told_by: int | None = None
    remark: str = ""


def request_lines(event: AuditEvent, writing: Writing) -> tuple[Line, ...]:
    """Return what was asked for; of what no operation did, what the chain was told."""
    detail = event.detail
    asked = detail.get("request")
    if isinstance(asked, dict):
        return tuple(_lines(asked, asked, writing))
    if "outcome" in detail or "request" in detail:
        return ()
    return tuple(_lines(detail, detail, writing))


def outcome_lines(event: AuditEvent, writing: Writing) -> tuple[Line, ...]:
    """Return what came of it; of a refusal why, in a sentence."""
    detail = event.detail
    came, asked = detail.get("outcome"), detail.get("request")
    if not isinstance(came, dict):
        return ()
    if came.get("status") == "refused":
        said = came.get("detail")
        told = said if isinstance(said, dict) else {}
        why = Line("refused", sentence(str(came.get("code", "")), told))
        return (why, *_lines(told, told, writing))
    context = {**(asked if isinstance(asked, dict) else {}), **came}
    # What stood before and after is told as a change.
    said = {name: value for name, value in came.items() if name not in _CHANGE}
    return tuple(_lines(said, context, writing))


def changes_of(full: FullEvent, writing: Writing) -> Changes:
    """Return what an event changed of the ledger's controls, and of accounts' status and overdraft."""
    event, detail = full.event, full.event.detail
    if event.was_refused:
        return Changes(remark="It was refused: nothing was changed.")
    asked, came = _part(detail, "request"), _part(detail, "outcome")
    itself = _told_by_itself(full, asked, came, writing)
    if itself is not None:
        return Changes((itself,), told_by=event.id)
    if event.action == "set_account_metadata":
        return Changes(
            remark="The values before and after are kept as digests alone, so the chain cannot tell them."
        )
    now = _state(event.action, detail, writing)
    if not now:
        return Changes()
    if full.earlier is None:
        fresh = event.action in {"create_operator", "add_currency"}
        return Changes(
            tuple(Change(name, NONE if fresh else None, value) for name, value in now.items()),
            remark="" if fresh else _NO_EARLIER,
        )
    before = _state(full.earlier.action, full.earlier.detail, writing)
    return Changes(
        tuple(Change(name, before.get(name), value) for name, value in now.items()), told_by=full.earlier.id
    )


def _told_by_itself(
    full: FullEvent, asked: Mapping[str, Any], came: Mapping[str, Any], writing: Writing
) -> Change | None:
    """Return the change that an event's own outcome tells whole; None where it does not."""
    if "before" not in came:
        return None
    # An event that carries out a request has what was asked for in the request.
    context = {**(full.asked or {}), **asked, **came}
    kind = full.asked_kind or full.event.action
    if kind == "set_operator_groups":
        name, after = "groups", came["groups"]
    elif "after" in came:
        name = _ITSELF.get(kind, "status")
        after = came["after"]
    else:
        return None
    before = _value(name, came["before"], context, writing)
    return Change(_spaced(name), before, _value(name, after, context, writing))


def _state(action: str, detail: Mapping[str, Any], writing: Writing) -> dict[str, str]:
    """Return what an event left behind, by the names of it."""
    asked, came = _part(detail, "request"), _part(detail, "outcome")
    if action == "set_approval_rule":
        number = asked.get("approvals")
        return {"approvals": str(number) if number else NONE}
    if action in _PAIRS:
        return {_spaced(name): _value(name, asked.get(name), asked, writing) for name in _PAIRS[action]}
    if action in _OPERATORS:
        groups = came.get("groups") or asked.get("groups") or []
        return {"status": _OPERATORS[action], "groups": _value("groups", groups, asked, writing)}
    if action in _GATES:
        return {"signing in": _GATES[action]}
    return {"status": _CURRENCIES[action]} if action in _CURRENCIES else {}


def _part(detail: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = detail.get(name)
    return found if isinstance(found, dict) else {}


def _lines(
    said: Mapping[str, Any], context: Mapping[str, Any], writing: Writing, under: str = ""
) -> Iterator[Line]:
    """Yield a line a value; what lies deeper bears the names above it."""
    if "cut" in said and "sha256" in said:
        beginning = shown(str(said["cut"]), LONGEST)
        yield Line("cut", f"{said.get('bytes')} bytes, of which the chain keeps the beginning: {beginning}")
        return
    for name, value in said.items():
        if value is None or value in ("", [], {}) or (not under and name in _TOLD_ABOVE):
            continue
        if isinstance(value, dict) and set(value) != {"hmac"}:
            yield from _lines(value, {**context, **value}, writing, f"{under}{_spaced(name)} ")
        else:
            yield Line(f"{under}{_spaced(name)}", _value(name, value, context, writing))


def _value(name: str, value: Any, context: Mapping[str, Any], writing: Writing) -> str:
    """Return one value in words; an amount in the currency that is named beside it."""
    if value is None or value in ("", []):
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name in _AMOUNTS:
        currency = writing.currencies.get(str(context.get("currency", "")))
        return str(value) if currency is None else writing.money(value, currency)
    if isinstance(value, str) and (name in _MOMENTS or name.endswith("_at")):
        return _moment(value, writing)
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, dict) and "hmac" in value:
        return f"kept as a digest, {str(value['hmac'])[:16]}\N{HORIZONTAL ELLIPSIS}"
    if isinstance(value, list):
        return shown(", ".join(str(one) for one in value), LONGEST)
    return name_of(str(value)) if name == "kind" else shown(str(value), LONGEST)


def _moment(written: str, writing: Writing) -> str:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return shown(written, LONGEST)
    return written if found.tzinfo is None else writing.moment(found)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
