"""What clients were told of their operations, held against what is there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bookkeeping import Connection
    from tests.faults.kit.outbox import Entry, Outcome

_CHUNK: Final = 2_000

_KEPT: Final = "SELECT o.key::text, o.outcome FROM ledger.operations o WHERE o.key = ANY (%s::uuid[])"

_MOVED: Final = """
    SELECT t.description, t.id, f.username, s.username, t.amount, t.batch_id, r.reference
    FROM ledger.transactions t
    JOIN ledger.wallets fw ON fw.id = t.from_wallet JOIN ledger.users f ON f.id = fw.user_id
    JOIN ledger.wallets sw ON sw.id = t.to_wallet JOIN ledger.users s ON s.id = sw.user_id
    LEFT JOIN ledger.reservations r ON r.id = t.reservation_id
    WHERE t.description = ANY (%s) AND t.description <> ''
    ORDER BY t.id"""

_REVERSED: Final = """
    SELECT t.reverses, t.id, t.amount FROM ledger.transactions t WHERE t.reverses = ANY (%s)"""

_HELD: Final = """
    SELECT r.reference, r.id, r.status::text, r.amount, r.captured_amount, u.username
    FROM ledger.reservations r
    JOIN ledger.wallets w ON w.id = r.wallet_id JOIN ledger.users u ON u.id = w.user_id
    WHERE r.reference = ANY (%s)"""

# Refused only because somebody was faster or time was over: a hold is good for its money.
_HONOURED: Final = frozenset({"capture", "release", "extend_reservation", "sweep"})
_MOVES: Final = frozenset({"transfer", "grant_credit", "capture", "post_batch"})
_REVERSAL: Final = "reverse_transaction"


class Moved(NamedTuple):
    """A transaction that bears an intent."""

    intent: str
    number: int
    payer: str
    payee: str
    amount: int
    batch: int | None
    reservation: str | None


class Held(NamedTuple):
    """A reservation."""

    reference: str
    number: int
    status: str
    amount: int
    captured: int
    owner: str


class Reversed(NamedTuple):
    """A transaction that was reversed, by which, and how much of it."""

    transaction: int
    number: int
    amount: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is there of some operations."""

    kept: dict[str, Outcome]
    moved: dict[str, list[Moved]]
    held: dict[str, Held]
    reversals: dict[int, Reversed]

    @classmethod
    def of(cls, connection: Connection, entries: Sequence[Entry]) -> Found:
        """Look in one snapshot: a client may be sending one of them again at this moment."""
        holds = [hold for entry in entries if (hold := _hold_of(entry)) is not None]
        reversals = [entry.arguments[0] for entry in entries if entry.kind == _REVERSAL]
        moved = defaultdict(list)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            kept = connection.execute(_KEPT, [[entry.key for entry in entries]]).fetchall()
            for row in connection.execute(_MOVED, [[entry.intent for entry in entries]]):
                moved[row[0]].append(Moved(*row))
            held = [Held(*row) for row in connection.execute(_HELD, [holds])]
            given_back = [Reversed(*row) for row in connection.execute(_REVERSED, [reversals])]
        finally:
            connection.execute("COMMIT")
        return cls(
            {key: outcome for key, outcome in kept},  # noqa: C416 - dict() loses the types
            moved,
            {one.reference: one for one in held},
            {one.number: one for one in given_back},
        )


def broken_promises(connection: Connection, entries: Sequence[Entry]) -> Iterator[str]:
    """Tell of every operation that is not as its client knows it."""
    for start in range(0, len(entries), _CHUNK):
        chunk = entries[start : start + _CHUNK]
        found = Found.of(connection, chunk)
        for entry in chunk:
            for what in _of_one(entry, found):
                moved = found.moved.get(entry.intent)
                yield f"{what}: {entry} kept={found.kept.get(entry.key)} moved={moved}"


def _of_one(entry: Entry, found: Found) -> Iterator[str]:
    moved = found.moved.get(entry.intent, [])
    if entry.outcome is None:
        if len(moved) not in {0, len(entry.expected) or 1}:
            yield "an operation took effect more than once, or in parts"
        return
    if found.kept.get(entry.key) != entry.outcome:
        yield "an acknowledged outcome is not there as it was acknowledged"
    if entry.done:
        yield from _of_done(entry, entry.outcome, moved, found)
        return
    if moved:
        yield "a refused operation happened"
    if entry.kind in _HONOURED and not entry.outcome["code"].startswith("reservation."):
        yield "what was held was not honoured"


def _of_done(entry: Entry, outcome: Outcome, moved: list[Moved], found: Found) -> Iterator[str]:
    if entry.kind in _MOVES:
        if [(row.payer, row.payee, row.amount) for row in moved] != _wanted(entry, outcome, found):
            yield "an acknowledged operation is not there exactly once"
        elif moved[0].number != outcome.get("transaction", outcome.get("first")):
            yield "an acknowledged operation is another transaction"
    if entry.kind == "post_batch" and {row.batch for row in moved} != {entry.arguments[0]}:
        yield "a batch's lines belong to another batch"
    if entry.kind == _REVERSAL:
        # By its own number: what it reverses may have been given back in parts.
        back = found.reversals.get(outcome["transaction"])
        if back is None or (back.transaction, back.amount) != (entry.arguments[0], outcome["amount"]):
            yield "an acknowledged reversal is not there"
    if (reference := _hold_of(entry)) is not None and not _is_as_told(
        entry, outcome, found.held.get(reference)
    ):
        yield "a reservation is not as it was acknowledged"


def _wanted(entry: Entry, outcome: Outcome, found: Found) -> list[tuple[Any, ...]]:
    """Return the movements that an acknowledged operation means."""
    match entry.kind:
        case "transfer":
            return [tuple(entry.arguments[:3])]
        case "grant_credit":
            return [("@issuance", entry.arguments[0], entry.arguments[1])]
        case "capture":
            held = found.held.get(entry.arguments[0])
            return [(held and held.owner, "@revenue", outcome["amount"])]
    return [tuple(line) for line in entry.expected]


def _hold_of(entry: Entry) -> str | None:
    """Return the reference of the hold that an operation makes or ends."""
    match entry.kind:
        case "reserve":
            return str(entry.arguments[2])
        case "capture" | "release":
            return str(entry.arguments[0])
    return None


def _is_as_told(entry: Entry, outcome: Outcome, held: Held | None) -> bool:
    if held is None:
        return False
    match entry.kind:
        case "reserve":
            return (held.number, held.amount) == (outcome["reservation"], entry.arguments[1])
        case "capture":
            asked = entry.arguments[1] or held.amount
            told = (outcome["amount"], outcome["amount"] + outcome["released"])
            return (
                held.status == "captured" and (held.captured, held.amount) == told and asked == held.captured
            )
    return (held.status, held.number, held.amount) == ("released", outcome["reservation"], outcome["amount"])
