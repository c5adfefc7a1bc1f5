"""Role by action, each with real arguments: what is allowed happens, what is not changes nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from models.applied import functions
from tests.bookkeeping import Line, content_hash, copy_lines, create_batch, post_batch, transfer
from tests.bookkeeping import count as rows_of
from tests.models.rights.matrix import (
    ADMINS,
    APPROVERS,
    AUDITORS,
    EVERYBODY,
    FUNCTIONS,
    KEEPERS,
    NOBODY,
    OPERATORS,
    ROLES,
    SUPPORTERS,
)
from tests.models.writes import REASON, done, everything, grant, let_time_pass, reserve, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection

# Answers about what is there; nothing changes, whoever asks. tests/models/rights/matrix.py says who may.
READS: Final = frozenset({
    "approvals_for", "checkers_for", "batch_content_hash", "batch_posting", "batch_problems", "batch_summary",
    "burn_preview", "dead_lots", "dual_control",
    "is_metadata", "is_plain_text", "is_ticket", "kind_of", "rehearse_act", "rehearse_request",
    "request_since",
    "reversal_problems", "reversal_rest", "session_check", "system_balance", "business_day",
    "business_zone", "start_of_day", "may_close_flags", "job_states", "job_runs",
})  # fmt: skip
# What is done to operators' roles and sessions is tried where these are made for it.
OPERATORS_THEMSELVES: Final = frozenset({
    "cancel_session", "create_operator", "disable_operator", "enable_operator", "release_locks",
    "end_sessions", "set_operator_groups", "set_operator_password", "terminate_session", "unlock_operator",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """What an action is tried on; `maker` makes drafts, `asker` requests: the role itself, if it may."""

    admin: Connection
    maker: Connection
    asker: Connection
    numbers: Iterator[int]
    role: str = ""

    def name(self) -> str:
        """Return a name that nobody has."""
        return f"n{next(self.numbers)}"

    def account(self, balance: int = 100) -> str:
        """Open an account."""
        name = self.name()
        done(write(self.maker, "open_account", name, "CR", "", None, REASON))
        if balance:
            done(transfer(self.maker, "@external", name, balance))
        return name

    def currency(self) -> str:
        """Add a currency that nothing is in."""
        code = f"N{next(self.numbers)}"
        self.admin.execute("SELECT ledger.add_currency(%s, 2::smallint)", [code])
        return code

    def closed_currency(self) -> str:
        """Add a currency and close it."""
        code = self.currency()
        done(write(self.admin, "close_currency", code, REASON))
        return code

    def other_zone(self) -> str:
        """Return a zone in which the ledger does not count its days now."""
        row = self.admin.execute("SELECT ledger.business_zone()").fetchone()
        return "Europe/Berlin" if row == ("UTC",) else "UTC"

    def paid(self) -> int:
        """Post a transfer and return it."""
        return int(done(transfer(self.maker, "@external", self.account(), 5))["transaction"])

    def harmed(self) -> int:
        """Post a transfer, and change it as nobody may."""
        found = self.paid()
        self.admin.execute("SET session_replication_role = replica")
        self.admin.execute("UPDATE ledger.transactions SET description = 'x' WHERE id = %s", [found])
        self.admin.execute("SET session_replication_role = origin")
        return found

    def closed(self) -> str:
        """Open an account with a name and close it."""
        name = self.name()
        done(write(self.maker, "open_account", name, "CR", "Ada L.", "ada@example.org", REASON))
        done(write(self.maker, "set_account_status", name, "closed", REASON))
        return name

    def flagged(self) -> tuple[str, int]:
        """Flag an account and return it with the number of the note."""
        name = self.account()
        return name, done(write(self.maker, "flag_account", name, "ask for a passport", None))["note"]

    def delegation(self) -> int:
        """Let the viewer act for the approver, and return its number."""
        self.admin.execute("SET SESSION AUTHORIZATION t_approver")
        made = done(write(self.admin, "delegate", "t_viewer", soon(5), REASON))
        self.admin.execute("RESET SESSION AUTHORIZATION")
        return int(made["delegation"])

    def moved(self) -> tuple[object, ...]:
        """Leave a transaction that nobody has counted or sealed."""
        self.paid()
        return ()

    def held(self) -> str:
        """Make a hold and return its reference."""
        reference = self.name()
        done(reserve(self.maker, self.account(), 50, reference))
        return reference

    def credit(self) -> Jsonb:
        """Grant a credit that ends soon, and choose it."""
        lot = done(grant(self.maker, self.account(), 5, 1))["lot"]
        return Jsonb({"currency": "CR", "lots": [lot], "count": 1, "amount": 5})

    def gone(self) -> Jsonb:
        """Grant a credit, end it, and choose it."""
        chosen = self.credit()
        done(write(self.maker, "end_lots", chosen, REASON))
        return chosen

    def expired(self) -> tuple[object, ...]:
        """Leave something to sweep."""
        done(grant(self.maker, self.account(), 5, 1))
        let_time_pass(self.admin, 2)
        return ()

    def lease(self) -> int:
        """Let the role have the keeper's lease, and return its token."""
        row = self.admin.execute(
            """UPDATE ledger.keeper_lease SET token = token + 1, holder = %s, valid_until = now()
            RETURNING token""",
            [f"t_{self.role}"],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def draft(self) -> int:
        """Make a draft that would post."""
        return create_batch(self.maker, [Line(1, "@external", self.account(), 5, self.name())])

    def two_lines(self) -> int:
        """Make a draft of two lines."""
        name = self.account()
        lines = [Line(n, "@external", name, 5, self.name()) for n in (1, 2)]
        return create_batch(self.maker, lines)

    def draft_and_hash(self) -> tuple[int, bytes | None]:
        """Make a draft and say what it holds."""
        batch = self.draft()
        return batch, content_hash(self.maker, batch)

    def posted(self) -> int:
        """Make a batch and post it."""
        batch = self.draft()
        done(post_batch(self.maker, batch))
        return batch

    def short(self) -> tuple[int, int]:
        """Make a draft, and a batch that was reversed as far as there was money."""
        name = self.account(0)
        batch = create_batch(self.maker, [Line(1, "@external", name, 5, self.name())])
        done(post_batch(self.maker, batch))
        done(transfer(self.maker, name, "@external", 2))
        done(write(self.maker, "reverse_batch", batch, "available", REASON))
        return self.draft(), batch

    def request(self) -> tuple[int, bytes]:
        """Submit a request and return it with its content."""
        wanted = {"from": "@external", "to": self.account(), "currency": "CR", "amount": 3}
        found = done(write(self.asker, "submit_request", "transfer", Jsonb(wanted), REASON))
        return found["request"], bytes.fromhex(found["content"])

    def requests(self) -> tuple[list[int], list[bytes]]:
        """Submit a request and return it as one of many to agree to."""
        number, content = self.request()
        return [number], [content]

    def approved(self) -> int:
        """Submit a request and have the administrator approve it."""
        number, content = self.request()
        done(write(self.admin, "approve_request", number, content, ""))
        return number


# Who may, and with what it is tried.
ACTIONS: Final[dict[str, tuple[frozenset[str], Callable[[World], tuple[object, ...]]]]] = {
    "acknowledge_transaction": (frozenset({"auditor"}), lambda w: (w.harmed(), REASON)),
    "add_note": (SUPPORTERS, lambda w: (w.account(), "called about a refund")),
    "assign_flag": (SUPPORTERS, lambda w: (*w.flagged(), "t_support")),
    "approve_request": (APPROVERS, lambda w: (*w.request(), "")),
    "approve_requests": (APPROVERS, lambda w: w.requests()),
    "capture": (OPERATORS, lambda w: (w.held(),)),
    "capture_holds": (OPERATORS, lambda w: ([w.held(), w.held()],)),
    "close_flag": (SUPPORTERS, lambda w: w.flagged()),
    "close_currency": (ADMINS, lambda w: (w.currency(), REASON)),
    "correct_currency": (ADMINS, lambda w: (w.currency(), 3, REASON)),
    "erase_account": (ADMINS, lambda w: (w.closed(), REASON)),
    "execute_request": (OPERATORS, lambda w: (w.approved(),)),
    "delegate": (APPROVERS, lambda _: ("t_viewer", soon(5), REASON)),
    "end_delegation": (APPROVERS | ADMINS | {"viewer"}, lambda w: (w.delegation(), REASON)),
    "end_lots": (OPERATORS, lambda w: (w.credit(), REASON)),
    "extend_holds": (SUPPORTERS, lambda w: ([w.held(), w.held()], soon(5), REASON)),
    "extend_lots": (OPERATORS, lambda w: (w.credit(), soon(5), REASON)),
    "extend_reservation": (SUPPORTERS, lambda w: (w.held(), soon(5), REASON)),
    "flag_account": (SUPPORTERS, lambda w: (w.account(), "ask for a passport", "t_support")),
    "follow_account": (EVERYBODY, lambda w: (w.account(), True)),
    "grant_credit": (OPERATORS, lambda w: (w.account(), "CR", 5, "promo", None)),
    "note_restore": (ADMINS, lambda _: (REASON, Jsonb({"backup": "of last night"}))),
    "offset_batch": (OPERATORS, lambda w: (*w.short(), True)),
    "open_account": (SUPPORTERS, lambda w: (w.name(), "CR", "", None, REASON)),
    "post_batch": (OPERATORS, lambda w: w.draft_and_hash()),
    "send_back_request": (APPROVERS, lambda w: (w.request()[0], REASON)),
    "set_aside": (OPERATORS, lambda w: (w.two_lines(), [2], REASON)),
    "set_approval_terms": (ADMINS, lambda _: ("CR", None, 30, REASON)),
    "reject_request": (APPROVERS, lambda w: (w.request()[0], REASON)),
    "report_job": (KEEPERS, lambda w: (w.lease(), "seal", "failed", Jsonb({"message": "no room"}))),
    "release": (SUPPORTERS, lambda w: (w.held(), REASON)),
    "release_holds": (SUPPORTERS, lambda w: ([w.held(), w.held()], REASON)),
    "reopen_currency": (ADMINS, lambda w: (w.closed_currency(), REASON)),
    "reserve": (OPERATORS, lambda w: (w.account(), "CR", 5, w.name())),
    "reverse_batch": (OPERATORS, lambda w: (w.posted(), "all", REASON)),
    "reverse_transaction": (OPERATORS, lambda w: (w.paid(), None, REASON)),
    "revive_lots": (OPERATORS, lambda w: (w.gone(), soon(5), REASON)),
    "run_job": (KEEPERS, lambda w: (w.lease(), "checkpoint")),
    "set_account_metadata": (SUPPORTERS, lambda w: (w.account(), Jsonb({"crm": "4711"}), REASON)),
    "set_account_status": (SUPPORTERS, lambda w: (w.account(), "frozen", REASON)),
    "set_allowance": (ADMINS, lambda _: ("t_operator2", "grant_credit", "CR", 10, 20, REASON)),
    "set_approval_rule": (ADMINS, lambda _: ("reverse_batch", "CR", 10**15, 2, REASON)),
    "set_business_zone": (ADMINS, lambda w: (w.other_zone(), REASON)),
    "set_limit": (ADMINS, lambda _: ("t_operator2", "reverse_batch", "CR", 10**15, None, REASON)),
    "set_overdraft_limit": (OPERATORS, lambda w: (w.account(), "CR", 5, REASON)),
    "settle_operation": (EVERYBODY, lambda _: ()),
    "submit_batch": (OPERATORS, lambda w: (*w.draft_and_hash(), REASON)),
    "submit_request": (SUPPORTERS, lambda w: (
        "transfer", Jsonb({"from": "@external", "to": w.account(), "currency": "CR", "amount": 3}), REASON)),
    "sweep": (OPERATORS, lambda w: w.expired()),
    "transfer": (OPERATORS, lambda w: (w.account(), "@external", "CR", 5)),
    "unlock_writing": (EVERYBODY, lambda _: (REASON, 15)),
    "withdraw_request": (SUPPORTERS, lambda w: (w.request()[0], REASON)),
}  # fmt: skip

# Everybody may call them; they ask themselves who it is, for somebody may act for a checker.
JUDGED: Final = frozenset({
    "approve_request", "approve_requests", "reject_request", "send_back_request", "end_delegation",
})  # fmt: skip

# The same for what takes no key.
KEYLESS: Final[dict[str, tuple[frozenset[str], Callable[[World], tuple[object, ...]]]]] = {
    "add_currency": (ADMINS, lambda _: ("NEW", 2)),
    "check_batch": (OPERATORS, lambda w: (w.draft(),)),
    "checkpoint_system_wallets": (OPERATORS, lambda w: w.moved()),
    "claim_lease": (KEEPERS, lambda w: (w.lease(), "here")),
    "create_batch": (OPERATORS, lambda _: ("salaries", "CR", "", None, False, "")),
    "discard_batch": (OPERATORS, lambda w: (w.draft(),)),
    "leave_lease": (KEEPERS, lambda w: (w.lease(),)),
    "seal": (AUDITORS | OPERATORS, lambda w: w.moved()),
    "start_job": (KEEPERS, lambda w: (w.lease(), "verify")),
}


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    """Return each of the roles."""
    return str(request.param)


@pytest.fixture
def world(role: str, admin: Connection, connect: Callable[[str], Connection]) -> World:
    """Return what the role's actions are tried on."""
    maker = connect(f"t_{role}" if role in OPERATORS else "t_operator2")
    asker = connect("t_support") if role == "support" else maker
    return World(admin, maker, asker, count(), role)


def whole(admin: Connection) -> list[Any]:
    """Return all that a write which is not even tried must leave as it was."""
    tables = (
        "operations",
        "audit_events",
        "seals",
        "checkpoints",
        "salts",
        "acknowledgements",
        "batch_lines",
        "batch_parties",
    )
    return [*everything(admin), *((table, rows_of(admin, table)) for table in tables)]


def test_every_function_that_somebody_may_call_is_here() -> None:
    callable_ones = {name for name, allowed in FUNCTIONS.items() if allowed != NOBODY}
    assert callable_ones == {*ACTIONS, *KEYLESS, *READS, *OPERATORS_THEMSELVES}
    for name, (allowed, _) in {**ACTIONS, **KEYLESS}.items():
        assert (EVERYBODY if name in JUDGED else allowed) == FUNCTIONS[name], name


def test_each_action_happens_or_changes_nothing(
    role: str, world: World, connect: Callable[[str], Connection]
) -> None:
    connection = connect(f"t_{role}")
    for name, (allowed, prepare) in ACTIONS.items():
        values = prepare(world)
        key = uuid4()
        before = whole(world.admin)
        if role in allowed:
            found = write(connection, name, *values, key=key)
            # What nobody has asked for under this key is abandoned by settling it, which is its refusal.
            assert (found["status"] == "refused") == (name == "settle_operation"), (name, found)
            kept = world.admin.execute(
                "SELECT operator, outcome FROM ledger.operations WHERE key = %s", [key]
            ).fetchone()
            assert kept == (f"t_{role}", found), name
            assert whole(world.admin) != before, name
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                write(connection, name, *values, key=key)
            assert whole(world.admin) == before, name


def test_each_action_without_a_key_happens_or_changes_nothing(
    role: str, world: World, connect: Callable[[str], Connection]
) -> None:
    connection = connect(f"t_{role}")
    for name, (allowed, prepare) in KEYLESS.items():
        values = prepare(world)
        before = whole(world.admin)
        call = sql.SQL("SELECT * FROM ledger.{}({})").format(
            sql.Identifier(name), sql.SQL(", ").join([sql.Placeholder()] * len(values))
        )
        if role in allowed:
            assert connection.execute(call, values).fetchone() is not None, name
            assert whole(world.admin) != before, name
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(call, values)
            assert whole(world.admin) == before, name


def test_lines_go_into_ones_own_draft_only(
    role: str, world: World, connect: Callable[[str], Connection]
) -> None:
    connection = connect(f"t_{role}")
    mine, theirs = world.draft(), create_batch(connect("t_operator"))
    before = whole(world.admin)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        copy_lines(
            connect("t_admin") if role == "operator" else connection, theirs, [Line(9, "a", "b", 1, "x")]
        )
    if role not in OPERATORS:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            copy_lines(connection, mine, [Line(9, "a", "b", 1, "x")])
        assert whole(world.admin) == before
    else:
        copy_lines(connection, mine, [Line(9, "a", "b", 1, "x")])
        assert rows_of(world.admin, f"batch_lines WHERE batch_id = {mine}") == 2


# What no group may call, and still writes: the gate's, and what the session check does.
SIGN_IN: Final = ("reserve_attempt('mara')", "attempt_failed(1)", "session_check(1)", "session_check()")


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_no_old_snapshot_writes(
    admin: Connection, connect: Callable[[str], Connection], isolation: str
) -> None:
    """A superuser may call all of it, and has no other moment than the rest."""
    maker = connect("t_operator2")
    world = World(admin, maker, maker, count())
    for name, (_, prepare) in {**ACTIONS, **KEYLESS}.items():
        values = prepare(world)
        before = whole(admin)
        admin.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
        admin.execute("SELECT count(*) FROM ledger.operations")
        places = sql.SQL(", ").join([sql.Placeholder()] * len(values))
        keyless = sql.SQL("SELECT ledger.{}({})").format(sql.Identifier(name), places)
        with pytest.raises(psycopg.DatabaseError) as raised:
            write(admin, name, *values) if name in ACTIONS else admin.execute(keyless, values)
        admin.execute("ROLLBACK")
        assert raised.value.sqlstate == "LG004", name
        assert whole(admin) == before, name


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nor_signs_in_or_copies_lines(
    admin: Connection, connect: Callable[[str], Connection], isolation: str
) -> None:
    maker = connect("t_operator2")
    world = World(admin, maker, maker, count())
    batch = world.draft()
    admin.execute(f"SET default_transaction_isolation = '{isolation}'".encode())
    others = ("adopt_operator('mara', '{}', 'a reason')", "rehearse_request(1)", "release_locks()")
    for call in (*SIGN_IN, *others):
        with pytest.raises(psycopg.DatabaseError) as raised:
            admin.execute(f"SELECT ledger.{call}".encode())
        assert raised.value.sqlstate == "LG004", call
    world.maker.execute(f"SET default_transaction_isolation = '{isolation}'".encode())
    with pytest.raises(psycopg.DatabaseError) as raised:
        copy_lines(world.maker, batch, [Line(2, "@external", "@revenue", 1, "late")])
    assert raised.value.sqlstate == "LG004"


def test_every_function_that_writes_was_tried() -> None:
    """What is granted to somebody and is no mere reading calls begin_write, or what calls it."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in functions()}
    granted = {name for name, allowed in FUNCTIONS.items() if allowed != NOBODY} - READS
    signing_in = {"session_check", "reserve_attempt", "attempt_failed", "redeem_code", "adopt_operator"}
    for name in granted | signing_in | {"rehearse_request"}:
        body = next(text for text in texts.values() if f"FUNCTION ledger.{name}(" in text)
        body = body.split(f"FUNCTION ledger.{name}(", 1)[1].split("END $$;", 1)[0]
        assert "ledger.begin_write()" in body or "ledger.perform(" in body, name
