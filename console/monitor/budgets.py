"""How many statements each action may send; BEGIN, COMMIT and SET are not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.monitor.recording.cost import ActionCost

# One round trip each, whatever the number of rows, users, lots or lines (docs: statement budgets).
BUDGETS: Final[Mapping[str, int]] = {
    "session.rights": 1,
    "session.reserve": 1,
    "session.failed": 1,
    "operators.list": 1,
    "operators.page": 1,
    "operators.left-open": 1,
    "operators.asked": 1,
    "operators.sign-in-rules": 1,
    "operators.add": 1,
    "operators.password": 1,
    "operators.disable": 1,
    "operators.enable": 1,
    "operators.unlock": 1,
    "overview.load": 1,
    "search.everything": 1,
    "books.load": 1,
    "currency.add": 1,
    "currency.correct": 1,
    "currency.close": 1,
    "currency.reopen": 1,
    "zone.set": 1,
    "transactions.page": 1,
    "accounts.page": 1,
    "account.page": 3,
    "account.equation": 1,
    "account.statement": 1,
    "account.timeline": 1,
    "wallet.balance": 1,
    "balances.lookup": 1,
    "credits.breakdown": 1,
    "credits.ended": 1,
    "credits.past": 1,
    "credits.page": 1,
    "credits.totals": 1,
    "credits.chosen": 1,
    "credit.void": 1,
    "credits.calendar": 1,
    "credits.forecast": 1,
    "account.future": 1,
    "ledger.future": 1,
    "credit.uses": 1,
    "credit.history": 1,
    "transaction.credits": 1,
    "transfer.post": 1,
    "transfer.reverse": 1,
    "credit.grant": 1,
    "reservations.page": 1,
    "reservations.counts": 1,
    "reservations.waiting": 1,
    "reservation.reserve": 1,
    "reservation.preview": 1,
    "reservation.capture-preview": 1,
    "reservation.history": 1,
    "reservation.capture": 1,
    "reservation.release": 1,
    "reservation.extend": 1,
    "reservations.release": 1,
    "reservations.extend": 1,
    "reservations.capture": 1,
    "credits.extend": 1,
    "credits.end": 1,
    "credits.revive": 1,
    "sweep.run": 1,
    "sweep.dry-run": 1,
    "batch.load": 3,
    "batch.load-each": 4,
    "batch.before": 1,
    "batch.missing": 1,
    "batch.validate": 1,
    "batch.compare": 1,
    "batch.submit": 1,
    "batch.approve": 1,
    "batch.post": 1,
    "batch.dry-run": 2,
    "batches.page": 1,
    "batches.get": 1,
    "batches.posting": 1,
    "batches.lines": 1,
    "batch.reversal-problems": 1,
    "batch.reversal-rest": 1,
    "batch.offset": 1,
    "batch.set-aside": 1,
    "allowance.set": 1,
    "allowances.list": 1,
    "batch.reverse-dry-run": 2,
    "batch.reverse": 1,
    "account.open": 1,
    "account.status": 1,
    "account.overdraft": 1,
    "account.note": 1,
    "account.metadata": 1,
    "account.flag": 1,
    "account.assign": 1,
    "account.done": 1,
    "account.follow": 1,
    "account.assignees": 1,
    "account.notes": 1,
    "account.waiting": 1,
    "request.submit": 1,
    "act.rehearse": 1,
    "request.approve": 1,
    "request.approve_many": 1,
    "request.send_back": 1,
    "request.reject": 1,
    "request.withdraw": 1,
    "request.execute": 1,
    "requests.page": 1,
    "requests.get": 1,
    "requests.rehearse": 1,
    "requests.inbox": 1,
    "requests.counts": 1,
    "requests.since": 1,
    "delegation.add": 1,
    "delegation.end": 1,
    "delegations.list": 1,
    "delegations.acting": 1,
    "terms.set": 1,
    "terms.list": 1,
    "rule.set": 1,
    "rules.list": 1,
    "limit.set": 1,
    "limits.list": 1,
    "activity.sessions": 1,
    "activity.locks": 1,
    "activity.cancel": 1,
    "activity.terminate": 1,
    "server.figures": 1,
    "server.statements": 1,
    "operators.gate": 2,  # the verifier's iterations, then the role
    "operators.verifier": 1,
    "session.schema": 1,
    "session.settle": 1,
    "session.unlock": 1,
    "session.waiting": 1,
    "transactions.about": 1,
    "transactions.count": 1,
    "batch.discard": 1,
    "daily.figures": 1,
    "hints.look": 1,
    "jobs.states": 1,
    "jobs.runs": 1,
    "jobs.history": 1,
    "keeper.claim": 1,
    "keeper.leave": 1,
    "keeper.start": 1,
    "keeper.run": 1,
    "keeper.report": 1,
    "audit.page": 1,
    "audit.event": 1,
    "audit.standing": 1,
    "audit.head": 1,
    "audit.glance": 1,
    "audit.seal": 1,
    "audit.acknowledge": 1,
    "account.erase": 1,
    "operators.end-sessions": 1,
    "ledger.verify": 100,  # a question a rule, at any size of the ledger
    "queries.plan": 12,  # EXPLAIN and its tables; each value without a type costs another try
    "bench.attach": 0,
    "bench.half": 1,
    "bench.offset": 1,
    "currencies.list": 1,
    "currencies.one": 1,
}

# What these send grows with what they read, so no number is too many; N+1 is not looked for in them.
STREAMS: Final = frozenset({
    "account.whole-life",  # a piece a statement, so that it can be cancelled and tells how far it is
    "credits.export",  # a page a statement, as transactions.export
    "accounts.export",  # a page a statement, as transactions.export
    "transactions.export",  # a page a statement, and memory holds one page
    "reservations.export",  # the same
    "audit.export",  # the same, and the head
    "bench.n-plus-one",  # what it measures is how bad that is
})  # fmt: skip


def budget(action: str) -> int | None:
    """Return how many statements the action may send, or None when nothing was declared or can be."""
    return BUDGETS.get(action)


def over_budget(cost: ActionCost) -> int:
    """Return by how many statements an action went over its budget; 0 within it or without one."""
    allowed = BUDGETS.get(cost.action)
    return 0 if allowed is None else max(0, cost.statements - allowed)
