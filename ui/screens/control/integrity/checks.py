"""The promises that verify asked after: how each stands, and where its first offender is to be looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone
from ui.routes import OpenAccount, OpenAuditEvent, OpenBatch, OpenJobs, OpenTransaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.ledger.audit.verify.check import Check
    from ui.routes import Route

_NUMBERED: Final = re.compile(r"^(event|transaction|batch) ([0-9]{1,18})\b")
_RANGE: Final = re.compile(r"^transactions:([0-9]{1,18})-[0-9]")
_BY_NAME: Final = frozenset({"account.name", "account.status", "account.overdraft"})


def in_order(checks: Iterable[Check]) -> list[Check]:
    """Return the broken promises first, then those that nobody looked at, then the others, each as asked."""
    return sorted(checks, key=lambda check: (check.passed, not check.unread))


def result_words(check: Check) -> str:
    """Return how a promise stands: `3 wrong`, `not read`, `passed`."""
    if not check.passed:
        return f"{check.wrong:,} wrong"
    return "not read" if check.unread else "passed"


def result_tone(check: Check) -> Tone:
    """Return the tone of how it stands."""
    if not check.passed:
        return Tone.ERROR
    return Tone.WARNING if check.unread else Tone.CREDIT


def route_of(check: Check) -> tuple[str, Route] | None:
    """Return where a finding's first offender is shown, with words for it; None where no screen shows it."""
    place = check.first or ""
    if (numbered := _NUMBERED.match(place)) is not None:
        kind, number = numbered[1], int(numbered[2])
        route = {"event": OpenAuditEvent, "transaction": OpenTransaction, "batch": OpenBatch}[kind](number)
        return f"{kind.capitalize()} {number}", route
    if (sealed := _RANGE.match(place)) is not None:
        return f"Transaction {sealed[1]}", OpenTransaction(int(sealed[1]))
    if check.code in _BY_NAME and place and not place.startswith("@"):
        name, _, currency = place.partition(" ")
        return f"Account {name}", OpenAccount(name, currency)
    if place.startswith("job "):
        return "Automatic jobs", OpenJobs()
    return None


COLUMNS: Final[tuple[Column[Check], ...]] = (
    Column("result", "Result", Kind.CHIP, value=result_words, tone=result_tone),
    Column("title", "What the ledger promises", stretch=True, width=260),
    Column("first", "First offender", value=lambda check: check.first, width=130, yields=1),
    Column("code", "Code", muted=True, width=130, yields=2),
)
