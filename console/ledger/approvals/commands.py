"""Approvals: what one operator submits, others agree to before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from console.errors.refusals import OperationRefusedError
from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger


class Order(Protocol):
    """What may be done at once or submitted: a Transfer, Grant, Capture, Reversal or OverdraftLimit."""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request that waits for its checkers; `content` is the hash of what they agree to.

    outcome: what came of it when an allowance let it pass at once; then there is no request: its number is 0.
    """

    request: int
    approvals_required: int
    content: bytes
    key: UUID
    outcome: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """How many have agreed to a request, and whether they are enough."""

    request: int
    given: int
    required: int
    enough: bool
    key: UUID


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one of many that were approved at once: how it stands now, or why it was left out.

    status: "approved" when enough have agreed, "pending" when others must too, "refused" with its refusal.
    """

    request: int
    status: str
    refusal: OperationRefusedError | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A request that was rejected, withdrawn or sent back ("returned")."""

    request: int
    status: str
    key: UUID


@dataclass(frozen=True, slots=True)
class Executed:
    """What came of an approved request: the outcome of its operation, as the ledger told it.

    transaction and posted_at are None for what posts none or many.
    """

    request: int
    transaction: int | None
    posted_at: datetime | None
    outcome: Mapping[str, Any]
    key: UUID


def submit(
    ledger: Ledger,
    order: Order,
    *,
    reason: str,
    ticket: str = "",
    follows: int | None = None,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Submitted:
    """Ask others to agree to an operation; what could not be done now is refused at once.

    follows: one's own request that was sent back, in whose place this one is.
    """
    wanted = order.operation
    arguments = {
        "kind": wanted.function, "request": request_of(wanted), "reason": reason, "ticket": ticket,
        "follows": follows,
    }  # fmt: skip
    words = without_empty(arguments, "ticket", "follows")
    return _submitted(ledger, Operation("request.submit", "submit_request", words), key, cancel)


def request_of(wanted: Operation) -> dict[str, Any]:
    """Return what the ledger keeps of an operation that is asked for; moments are in UTC."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in wanted.arguments.items()
    }


def submit_batch(
    ledger: Ledger,
    batch: int,
    content_hash: bytes,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Submitted:
    """Freeze a draft of one's own as it was checked, and ask others to agree to it."""
    arguments = {"batch": batch, "content_hash": content_hash, "reason": reason}
    return _submitted(
        ledger,
        Operation("batch.submit", "submit_batch", arguments),
        key,
        cancel,
        timeout_s=ledger.batch_timeout_s,
    )


def approve(
    ledger: Ledger,
    request: int,
    content: bytes,
    *,
    note: str = "",
    typed: int | None = None,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Approval:
    """Agree to exactly the content that one has seen; nobody agrees to what is their own, or twice.

    typed: the amount in minor units as its checker typed it, where the currency's terms ask for it.
    """
    arguments = {"request": request, "content": content, "note": note}
    if typed is not None:
        arguments["typed"] = typed
    operation = Operation("request.approve", "approve_request", arguments)
    done = ledger.perform(operation, key=key, cancel=cancel)
    enough = done["status"] == "approved"
    return Approval(done["request"], done["given"], done["required"], enough, done["key"])


def approve_many(
    ledger: Ledger,
    chosen: Sequence[tuple[int, bytes]],
    *,
    note: str = "",
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> tuple[Decided, ...]:
    """Agree to up to 500 requests, each with its content, by one statement; each is an operation of its own.

    One that is refused leaves the others as they are. Returns what came of each, by number.
    """
    arguments = {
        "requests": [number for number, _content in chosen],
        "contents": [content for _number, content in chosen],
        "note": note,
    }
    # What is empty has no type for the driver, and is refused by the ledger.
    types = {"requests": "bigint[]", "contents": "bytea[]"}
    operation = Operation("request.approve_many", "approve_requests", arguments, types)
    done = ledger.perform(operation, key=key, cancel=cancel, timeout_s=ledger.batch_timeout_s)
    return tuple(_decided(one) for one in done["requests"])


def send_back(
    ledger: Ledger,
    request: int,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Closed:
    """Give it back to its maker, as a checker: it may be submitted anew, and a batch is a draft again."""
    operation = Operation("request.send_back", "send_back_request", {"request": request, "reason": reason})
    return _closed(ledger, operation, key, cancel)


def reject(
    ledger: Ledger,
    request: int,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Closed:
    """Say no, as a checker."""
    operation = Operation("request.reject", "reject_request", {"request": request, "reason": reason})
    return _closed(ledger, operation, key, cancel)


def withdraw(
    ledger: Ledger,
    request: int,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Closed:
    """Take back a request of one's own; a batch is a draft again."""
    operation = Operation("request.withdraw", "withdraw_request", {"request": request, "reason": reason})
    return _closed(ledger, operation, key, cancel)


def execute(
    ledger: Ledger, request: int, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Executed:
    """Do what was approved, as it was approved."""
    done = ledger.perform(
        Operation("request.execute", "execute_request", {"request": request}),
        key=key,
        cancel=cancel,
        timeout_s=ledger.batch_timeout_s,
    )
    posted_at = done.get("posted_at")
    return Executed(
        done["request"],
        done.get("transaction"),
        None if posted_at is None else datetime.fromisoformat(posted_at),
        done,
        done["key"],
    )


def _submitted(
    ledger: Ledger,
    operation: Operation,
    key: UUID | None,
    cancel: Cancellation | None,
    timeout_s: int | None = None,
) -> Submitted:
    done = ledger.perform(operation, key=key, cancel=cancel, timeout_s=timeout_s)
    if done.get("allowed"):
        return Submitted(0, 0, b"", done["key"], done)
    content = bytes.fromhex(done["content"])
    return Submitted(done["request"], done["approvals_required"], content, done["key"])


def _decided(told: Mapping[str, Any]) -> Decided:
    refused = told["status"] == "refused"
    refusal = OperationRefusedError(told["code"], told["detail"]) if refused else None
    return Decided(told["request"], told["status"], refusal)


def _closed(ledger: Ledger, operation: Operation, key: UUID | None, cancel: Cancellation | None) -> Closed:
    done = ledger.perform(operation, key=key, cancel=cancel)
    return Closed(done["request"], done["status"], done["key"])
