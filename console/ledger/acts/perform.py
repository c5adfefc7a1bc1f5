"""Doing an act by hand, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from console.ledger.approvals.commands import Order
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger


def perform_act(
    ledger: Ledger, order: Order, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Mapping[str, Any]:
    """Do an act and return its outcome as the ledger told it, with its key under "key".

    Raises RefusedError, and OutcomeUnknownError when the answer was lost: call again with its key.
    """
    wanted = order.operation
    # What is on many at once takes as long as a batch may.
    timeout_s = ledger.batch_timeout_s if "selection" in wanted.arguments else None
    return ledger.perform(wanted, key=key, cancel=cancel, timeout_s=timeout_s)
