"""A ledger on which everything was done at least once, most of it under seal: what tampering is tried on."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, LiteralString

import stamina
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, create_batch, post_batch, transfer
from tests.cluster import CURRENCY, connected
from tests.models import writes
from tests.models.writes import REASON, done, refused, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

SEALED: Final = "Dinner at eight"
"""The description of one sealed transfer."""
UNSEALED: Final = "A taxi home"


class Busy:
    """Makes the ledger; each step is what the console does."""

    def __init__(
        self, admin: Connection, operator: Connection, second: Connection, checker: Connection
    ) -> None:
        self._admin = admin
        self._operator = operator
        self._second = second
        self._checker = checker

    def accounts(self) -> None:
        """Open accounts, move money, change what can be changed of an account."""
        for name in ("alice", "bob", "carol", "dave", "erin"):
            done(write(self._operator, "open_account", name, CURRENCY, name.title(), None, REASON))
        for name in ("alice", "bob"):
            done(transfer(self._operator, "@external", name, 100_000))
        done(transfer(self._operator, "alice", "bob", 1_200, reference="dinner", description=SEALED))
        done(transfer(self._second, "bob", "@external", 700))
        assert refused(transfer(self._operator, "carol", "bob", 5)) == "funds.short"
        done(write(self._operator, "set_overdraft_limit", "carol", CURRENCY, 5_000, REASON))
        done(transfer(self._operator, "carol", "bob", 5))
        done(write(self._operator, "set_account_status", "dave", "frozen", REASON))
        done(write(self._operator, "add_note", "dave", "Called and asked why."))
        for assignee in ("t_support", None):
            flagged = done(write(self._operator, "flag_account", "dave", "Ask for his passport.", assignee))
            done(write(self._second, "assign_flag", "dave", flagged["note"], "t_operator2"))
        done(write(self._second, "close_flag", "dave", flagged["note"]))
        for following in (True, False, True):
            done(write(self._operator, "follow_account", "dave", following))
        done(write(self._second, "follow_account", "alice", False))
        moment = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
        done(write(self._operator, "transfer", "alice", "bob", CURRENCY, 3, "early", "", moment))

    def credit(self) -> None:
        """Grant, hold, capture, release, extend, let expire, sweep and reverse."""
        done(writes.grant(self._operator, "alice", 5_000, 1))
        granted = done(writes.grant(self._operator, "alice", 2_000, source="bonus", reference="bonus-1"))
        done(writes.reserve(self._operator, "alice", 5_500, "order-1", 1))
        taken = done(writes.capture(self._operator, "order-1", 5_300))
        for reference in ("order-2", "order-3", "order-4"):
            done(writes.reserve(self._operator, "alice", 400, reference, 2))
        done(writes.release(self._second, "order-2"))
        done(write(self._operator, "extend_reservation", "order-3", soon(5), REASON))
        done(writes.reverse(self._operator, taken["transaction"], 1_000))
        done(write(self._operator, "reverse_transaction", taken["transaction"], 500, REASON, None, "ZD-1"))
        done(writes.reverse(self._operator, granted["transaction"], 100))
        brief = datetime.now(UTC) + timedelta(seconds=0.5)
        done(write(self._operator, "grant_credit", "bob", CURRENCY, 900, "brief", brief))
        done(write(self._operator, "reserve", "bob", CURRENCY, 50, "brief", brief))
        swept: dict[str, Any] = {}
        for attempt in stamina.retry_context(on=AssertionError, timeout=10, wait_initial=0.2, wait_max=0.2):
            with attempt:
                swept = done(writes.sweep(self._operator))
                assert (swept["reservations"], swept["lots"]) == (1, 1)

    def acts(self) -> None:
        """Do all that can be done to several credits or holds at once."""
        done(write(self._operator, "open_account", "frank", CURRENCY, "Frank", None, REASON))
        done(transfer(self._operator, "@external", "frank", 1_000))
        numbers = [done(writes.grant(self._operator, "frank", 100, hours))["lot"] for hours in (2, 3, 4)]
        chosen = {"currency": CURRENCY, "lots": numbers, "count": 3, "amount": 300}
        done(write(self._operator, "extend_lots", Jsonb(chosen), soon(48), REASON, "ZD-7"))
        chosen |= {"lots": numbers[:2], "count": 2, "amount": 200}
        done(write(self._second, "end_lots", Jsonb(chosen), REASON))
        done(write(self._operator, "revive_lots", Jsonb(chosen), soon(72), REASON, "ZD-8"))
        names = [f"many-{number}" for number in range(6)]
        for name in names:
            done(writes.reserve(self._operator, "frank", 50, name, 2))
        done(write(self._operator, "extend_holds", names, soon(5), REASON, "ZD-9"))
        done(write(self._second, "release_holds", names[:2], REASON, "ZD-10"))
        done(write(self._operator, "capture_holds", names[2:4], "@revenue", "for the month", "ZD-11"))
        done(write(self._operator, "capture", names[4], 20, "@revenue", None, "", "ZD-12"))
        done(write(self._operator, "release", names[5], REASON, "ZD-13"))

    def batches(self) -> None:
        """Post a batch, have others approved, rejected, withdrawn and reversed."""
        done(post_batch(self._operator, self._draft("salary")))
        for answer in ("approve", "reject", "withdraw", "send back", "wait"):
            batch = self._draft(answer)
            content = content_hash(self._operator, batch)
            asked = done(write(self._operator, "submit_batch", batch, content, REASON))["request"]
            if answer == "approve":
                done(
                    write(self._checker, "approve_request", asked, content_of(self._operator, asked), "seen")
                )
                done(write(self._second, "execute_request", asked))
            elif answer == "reject":
                done(write(self._checker, "reject_request", asked, REASON))
            elif answer == "withdraw":
                done(write(self._operator, "withdraw_request", asked, REASON))
            elif answer == "send back":
                done(write(self._checker, "send_back_request", asked, REASON))
                again = ("submit_batch", batch, content_hash(self._operator, batch), REASON)
                assert done(write(self._operator, *again))["follows"] == asked
        back = self._draft("back")
        done(post_batch(self._operator, back))
        done(write(self._operator, "reverse_batch", back, "all", REASON))
        self._short()

    def _short(self) -> None:
        """Reverse a batch as far as there is money, and let two later ones take the rest."""
        lines = [Line(1, "@external", "erin", 90, "short-1"), Line(2, "@external", "erin", 40, "short-2")]
        short = create_batch(self._operator, lines)
        done(post_batch(self._operator, short))
        done(transfer(self._operator, "erin", "alice", 100))
        done(write(self._operator, "reverse_batch", short, "available", REASON, "ZD-2"))
        for paid, reference in ((60, "next-1"), (70, "next-2")):
            draft = create_batch(self._operator, [Line(1, "@external", "erin", paid, reference)])
            done(write(self._operator, "offset_batch", draft, short, True))
            assert done(post_batch(self._operator, draft))["offsets"]

    def policy(self) -> None:
        """Set a rule and limits; have a transfer and a capture approved, and one transfer wait."""
        done(write(self._admin, "set_approval_rule", "transfer", CURRENCY, 50_000, 1, REASON))
        done(write(self._admin, "set_allowance", "t_operator", "grant_credit", CURRENCY, 100, 150, REASON))
        kind = {"username": "erin", "currency": CURRENCY, "amount": 100, "source": "goodwill"}
        asked_for = ("submit_request", "grant_credit", Jsonb(kind), REASON, "ZD-3")
        assert done(write(self._operator, *asked_for))["allowed"]
        assert "request" in done(write(self._operator, *asked_for))
        done(write(self._operator, "reserve", "erin", CURRENCY, 5, "by-hand", None, "", "ZD-4"))
        done(
            write(
                self._operator, "transfer", "alice", "bob", CURRENCY, 4, "by-hand", "", None, REASON, "ZD-5"
            )
        )
        done(write(self._operator, "set_account_metadata", "erin", Jsonb({"crm": "4711"}), REASON, "ZD-6"))
        done(write(self._admin, "set_limit", "ledger_operator", "*", CURRENCY, 90_000, None, REASON))
        wanted = {
            "from": "alice", "to": "bob", "currency": CURRENCY, "amount": 60_000, "reference": "flat",
            "description": "", "effective_at": None,
        }  # fmt: skip
        held = {
            "reservation": "order-4",
            "amount": None,
            "to": "@revenue",
            "reference": None,
            "description": "",
        }
        # Above what the checker may agree to without typing it, and below.
        done(write(self._admin, "set_approval_terms", CURRENCY, 50_000, 30, REASON))
        asked = [self._ask("transfer", wanted), self._ask("capture", held)]
        self._ask("transfer", wanted | {"reference": "house"})
        for request in asked:
            content = content_of(self._operator, request)
            typed = 60_000 if request == asked[0] else None
            done(write(self._checker, "approve_request", request, content, "", typed))
            done(write(self._operator, "execute_request", request))
        self._returned(wanted)

    def _returned(self, wanted: dict[str, object]) -> None:
        """Have a request sent back and submitted anew, and agree to several by one call."""
        first = self._ask("transfer", wanted | {"reference": "again-1", "amount": 70})
        done(write(self._checker, "send_back_request", first, REASON))
        words = Jsonb(wanted | {"reference": "again-2", "amount": 40})
        done(write(self._operator, "submit_request", "transfer", words, REASON, None, first))
        small = [self._ask("transfer", wanted | {"reference": f"small-{n}", "amount": n}) for n in (5, 6)]
        contents = [content_of(self._operator, request) for request in small]
        done(write(self._checker, "approve_requests", small, contents, "both"))
        for reason in ("a holiday", "a day off"):
            made = done(write(self._checker, "delegate", "t_operator2", writes.soon(100), reason))
        done(write(self._second, "end_delegation", made["delegation"], REASON))
        asked = self._ask("transfer", wanted | {"reference": "for-her", "amount": 8})
        done(write(self._second, "approve_request", asked, content_of(self._operator, asked)))

    def unsealed(self) -> None:
        """Do a little more, which no seal covers."""
        done(transfer(self._operator, "alice", "bob", 11, reference="taxi", description=UNSEALED))
        done(writes.grant(self._operator, "carol", 600, 3, source="late"))
        done(writes.reserve(self._operator, "bob", 77, "late"))
        done(writes.capture(self._operator, "late"))
        done(writes.reserve(self._operator, "bob", 78, "open", 4))
        write(self._second, "settle_operation")

    def jobs(self) -> None:
        """Run the keeper's jobs, and close this day as if it were over."""
        row = self._operator.execute("SELECT ledger.claim_lease(NULL, 'a test')").fetchone()
        assert row is not None
        for job in ("sweep", "checkpoint", "figures"):
            assert done(write(self._operator, "run_job", row[0]["token"], job))["status"] == "done"

    def _draft(self, name: str) -> int:
        lines = [Line(line, "alice", "bob", 100 + line, f"{name}-{line}", "Pay") for line in (1, 2, 3)]
        return create_batch(self._operator, lines)

    def _ask(self, kind: str, request: dict[str, Any]) -> int:
        asked = done(write(self._operator, "submit_request", kind, Jsonb(request), REASON))
        return int(asked["request"])


def content_of(connection: Connection, request: int) -> bytes:
    """Return what a checker agrees to."""
    row = connection.execute(
        "SELECT content FROM ledger.approval_requests WHERE id = %s", [request]
    ).fetchone()
    assert row is not None
    return bytes(row[0])


def seal(connection: Connection) -> None:
    """Seal all there is; two calls, since the first may only make its mark."""
    for _ in range(2):
        row = connection.execute("SELECT ledger.seal(7)").fetchone()
        while row is not None and (row[0]["rows"] > 0 or row[0]["status"] == "waiting"):
            row = connection.execute("SELECT ledger.seal(7)").fetchone()


def make_busy(ledger_url: str, as_role: Callable[[str], str]) -> None:
    """Fill an empty ledger."""
    with ExitStack() as stack:
        names = ("t_admin", "t_operator", "t_operator2", "t_approver")
        people = [stack.enter_context(connected(as_role(name))) for name in names]
        busy = Busy(*people)
        admin = stack.enter_context(connected(ledger_url))
        busy.accounts()
        # A number without a transaction, as what is rolled back leaves behind.
        admin.execute("SELECT nextval('ledger.transactions_id_seq')")
        busy.credit()
        busy.acts()
        busy.batches()
        busy.policy()
        admin.execute("SELECT ledger.checkpoint_system_wallets()")
        seal(admin)
        busy.jobs()
        admin.execute("""
            UPDATE ledger.daily_mark SET closed_through = ledger.close_days(
                closed_through, NULL, ledger.business_day(now()))""")
        busy.unsealed()


def tamper(connection: Connection, *statements: LiteralString) -> int:
    """Change rows with every guard off, as a superuser can; return how many rows the last one changed."""
    connection.execute("SET session_replication_role = replica")
    try:
        return [connection.execute(statement).rowcount for statement in statements][-1]
    finally:
        connection.execute("SET session_replication_role = origin")
