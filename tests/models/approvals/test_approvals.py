"""Two pairs of eyes: who must agree, to exactly what, once; and limits on what one may do alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from tests.bookkeeping import (
    Line,
    balances,
    content_hash,
    copy_lines,
    count,
    create_batch,
    post_batch,
    system_balance,
    transfer,
)
from tests.cluster import CURRENCY, PASSWORD, connected
from tests.models.writes import REASON, done, everything, grant, refused, reserve, wallet, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.cluster import Cluster

COMPLETE: Final = (
    "posted_hash = content_hash, posted_by = 'x', posted_at = now(), line_count = 2, total = 307"
)
PAYMENT: Final = {"from": "alice", "to": "bob", "currency": CURRENCY, "amount": 500}


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture
def approver(connect: Callable[[str], Connection]) -> Connection:
    """Lend an approver's connection."""
    return connect("t_approver")


@pytest.fixture
def both(cluster: Cluster, admin: Connection, ledger_url: str) -> Iterator[Connection]:
    """Lend the connection of one who is an operator and an approver."""
    name = f"t_both_{uuid4().hex[:12]}"
    role = sql.Identifier(name)
    admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(PASSWORD)))
    admin.execute(sql.SQL("GRANT ledger_operator, ledger_approver TO {}").format(role))
    url = make_url(ledger_url).set(username=name, password=PASSWORD)
    with connected(url.render_as_string(hide_password=False)) as connection:
        yield connection
    admin.execute(sql.SQL("DROP ROLE {}").format(role))


def rule(admin: Connection, kind: str, from_amount: int, approvals: int) -> None:
    done(write(admin, "set_approval_rule", kind, CURRENCY, from_amount, approvals, REASON))


def limit(admin: Connection, holder: str, kind: str, per_operation: int | None, per_day: int | None) -> None:
    done(write(admin, "set_limit", holder, kind, CURRENCY, per_operation, per_day, REASON))


def submit(connection: Connection, **changes: object) -> tuple[int, bytes]:
    """Submit a payment and return the request with what its checkers are to agree to."""
    found = done(write(connection, "submit_request", "transfer", Jsonb(PAYMENT | changes), REASON))
    return found["request"], bytes.fromhex(found["content"])


def approve(connection: Connection, request: int, content: bytes | None) -> dict[str, Any]:
    return write(connection, "approve_request", request, content, "")


def execute(connection: Connection, request: int) -> dict[str, Any]:
    return write(connection, "execute_request", request)


def state(connection: Connection, request: int) -> tuple[Any, ...]:
    row = connection.execute(
        "SELECT status::text, approvals_required, approvals_given, created_by, closed_by "
        "FROM ledger.approval_requests WHERE id = %s", [request]
    ).fetchone()  # fmt: skip
    assert row is not None
    return row


def test_a_rule_catches_what_is_done_alone(operator: Connection, admin: Connection) -> None:
    rule(admin, "transfer", 100, 1)
    rule(admin, "transfer", 500, 2)
    assert transfer(operator, "alice", "bob", 99)["status"] == "posted"
    before = everything(admin)
    for amount, needed in ((100, 1), (499, 1), (500, 2), (900, 2)):
        found = transfer(operator, "alice", "bob", amount)
        assert refused(found) == "approval.required"
        assert found["detail"] == {"kind": "transfer", "approvals": needed}
    assert everything(admin) == before
    # A kind and a currency of its own: nothing else is caught.
    done(grant(operator, "bob", 900))
    rule(admin, "transfer", 100, 0)
    assert transfer(operator, "alice", "bob", 499)["status"] == "posted"


@pytest.mark.parametrize("kind", ["grant_credit", "capture", "reverse_transaction", "reverse_batch",
                                  "post_batch", "set_overdraft_limit"])  # fmt: skip
def test_every_kind_can_be_caught(operator: Connection, admin: Connection, kind: str) -> None:
    batch = create_batch(operator, [Line(1, "alice", "bob", 50, "r1")])
    content = content_hash(operator, batch)
    done(reserve(operator, "alice", 50, "h"))
    values: dict[str, tuple[object, ...]] = {
        "grant_credit": ("alice", CURRENCY, 50, "promo", None),
        "capture": ("h",),
        "reverse_transaction": (done(transfer(operator, "alice", "bob", 50))["transaction"], None, REASON),
        "set_overdraft_limit": ("alice", CURRENCY, 50, REASON),
        "post_batch": (batch, content),
        "reverse_batch": (batch, "all", REASON),
    }
    if kind == "reverse_batch":
        done(post_batch(operator, batch))
    rule(admin, kind, 50, 1)
    before = everything(admin)
    assert refused(write(operator, kind, *values[kind])) == "approval.required"
    assert everything(admin) == before
    rule(admin, kind, 50, 0)
    done(write(operator, kind, *values[kind]))


def test_a_request_is_approved_and_executed(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    rule(admin, "transfer", 100, 1)
    request, content = submit(operator, reference="inv-1", description="rent")
    assert state(admin, request) == ("pending", 1, 0, "t_operator", None)
    assert balances(admin) == {"alice": 1_000, "bob": 0}
    assert refused(execute(operator, request)) == "request.status"
    found = done(approve(approver, request, content))
    assert (found["status"], found["given"], found["required"]) == ("approved", 1, 1)
    found = done(execute(operator, request))
    assert (found["status"], found["request"]) == ("posted", request)
    assert balances(admin) == {"alice": 500, "bob": 500}
    assert state(admin, request) == ("executed", 1, 1, "t_operator", "t_operator")
    row = admin.execute(
        "SELECT t.reference, t.description FROM ledger.approval_requests r "
        "JOIN ledger.transactions t ON t.id = (r.outcome ->> 'transaction')::bigint "
        "WHERE r.id = %s AND r.executed_content = r.content", [request]
    ).fetchone()  # fmt: skip
    assert row == ("inv-1", "rent")
    before = everything(admin)
    for again in (
        execute(operator, request),
        approve(approver, request, content),
        write(approver, "reject_request", request, REASON),
        write(operator, "withdraw_request", request, REASON),
    ):
        assert refused(again) == "request.status"
    assert everything(admin) == before


def test_the_rules_of_the_day_of_submission_hold(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    rule(admin, "transfer", 100, 1)
    request, content = submit(operator)
    rule(admin, "transfer", 100, 3)
    assert done(approve(approver, request, content))["status"] == "approved"
    # And a rule that came later does not catch what was approved.
    done(execute(operator, request))
    request, content = submit(operator, amount=100)
    rule(admin, "transfer", 100, 0)
    assert done(approve(approver, request, content))["status"] == "pending"
    assert refused(execute(operator, request)) == "request.status"


def test_the_maker_is_never_the_checker(both: Connection, approver: Connection, admin: Connection) -> None:
    request, content = submit(both)
    before = everything(admin)
    assert refused(approve(both, request, content)) == "approval.own"
    assert everything(admin) == before
    maker = state(admin, request)[3]
    for name in (maker, "somebody"):
        # Not by the owner's hand either: as itself it is refused, and as another's request it is not one.
        with pytest.raises(psycopg.errors.IntegrityError) as raised:
            admin.execute(
                "INSERT INTO ledger.approvals (request_id, approved_by, created_by, content) "
                "VALUES (%s, %s, %s, %s)",
                [request, maker, name, content],
            )
        expected = "checker_is_not_maker" if name == maker else "approvals_request_id_created_by_fkey"
        assert raised.value.diag.constraint_name == expected
    with pytest.raises(psycopg.errors.CheckViolation) as raised_too:
        admin.execute("UPDATE ledger.approval_requests SET status = 'approved' WHERE id = %s", [request])
    assert raised_too.value.diag.constraint_name == "request_approved"
    done(approve(approver, request, content))
    # It may well execute what another approved.
    done(execute(both, request))


def test_two_must_agree_and_not_one_of_them_twice(
    operator: Connection, approver: Connection, both: Connection, admin: Connection
) -> None:
    rule(admin, "transfer", 500, 2)
    request, content = submit(operator)
    assert done(approve(approver, request, content))["status"] == "pending"
    assert refused(approve(approver, request, content)) == "approval.repeated"
    assert refused(execute(operator, request)) == "request.status"
    found = done(approve(both, request, content))
    assert (found["status"], found["given"]) == ("approved", 2)
    assert refused(approve(admin, request, content)) == "request.status"
    done(execute(both, request))
    assert balances(admin)["bob"] == 500


def test_checkers_at_once_are_both_counted(operator: Connection, approver: Connection, both: Connection,
                                           admin: Connection) -> None:  # fmt: skip
    rule(admin, "transfer", 500, 2)
    for _ in range(10):
        request, content = submit(operator)
        barrier = threading.Barrier(2)

        def agree(connection: Connection, request: int = request, content: bytes = content,
                  barrier: threading.Barrier = barrier) -> str:  # fmt: skip
            barrier.wait(timeout=30)
            return str(approve(connection, request, content)["status"])

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(agree, (approver, both))) == ["approved", "pending"]
        assert state(admin, request)[:3] == ("approved", 2, 2)


def test_what_was_seen_is_what_is_approved(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    request, content = submit(operator)
    for other in (b"", b"\0" * 32, content[:-1] + bytes([content[-1] ^ 1]), None):
        assert refused(approve(approver, request, other)) == "request.changed"
    assert refused(approve(approver, 10**12, content)) == "request.unknown"
    assert state(admin, request)[2] == 0


def test_changed_content_is_never_executed(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    """The owner changes an approved request by hand: what is done is compared with what was agreed."""
    request, content = submit(operator)
    done(approve(approver, request, content))
    for changed in (PAYMENT | {"amount": 501}, PAYMENT | {"to": "@external"}, PAYMENT | {"description": "x"}):
        admin.execute(
            "UPDATE ledger.approval_requests SET request = %s WHERE id = %s", [Jsonb(changed), request]
        )
        before = everything(admin)
        assert refused(execute(operator, request)) == "constraint.executed_content_is_approved_content"
        assert everything(admin) == before
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        admin.execute("UPDATE ledger.approval_requests SET content = sha256('x') WHERE id = %s", [request])
    admin.execute("UPDATE ledger.approval_requests SET request = %s WHERE id = %s", [Jsonb(PAYMENT), request])
    done(execute(operator, request))


def test_executed_once_by_however_many(operator: Connection, approver: Connection, admin: Connection,
                                       as_role: Callable[[str], str]) -> None:  # fmt: skip
    request, content = submit(operator)
    done(approve(approver, request, content))
    barrier = threading.Barrier(8)

    def work(number: int) -> str:
        with connected(as_role("t_operator" if number % 2 else "t_operator2")) as connection:
            barrier.wait(timeout=30)
            return str(execute(connection, request)["status"])

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == ["posted"] + ["refused"] * 7
    assert balances(admin)["bob"] == 500


def test_rejected_and_withdrawn(
    operator: Connection, approver: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    for by, function, status in (
        (approver, "reject_request", "rejected"),
        (operator, "withdraw_request", "withdrawn"),
    ):
        request, content = submit(operator)
        done(approve(approver, request, content))
        assert refused(write(by, function, request, "")) == "reason.empty"
        assert done(write(by, function, request, REASON))["status"] == status
        found = execute(operator, request)
        assert (refused(found), found["detail"]["status"]) == ("request.status", status)
        assert found["detail"]["by"] in {"t_approver", "t_operator"}
    request, _ = submit(operator)
    assert refused(write(connect("t_operator2"), "withdraw_request", request, REASON)) == "request.maker"
    assert balances(admin)["bob"] == 0


def test_what_could_not_be_done_is_not_submitted(operator: Connection, admin: Connection) -> None:
    before = everything(admin)

    def tried(kind: str, request: object) -> str:
        return refused(write(operator, "submit_request", kind, Jsonb(request), REASON))

    assert tried("transfer", PAYMENT | {"amount": 1_001}) == "funds.short"
    assert tried("transfer", PAYMENT | {"to": "nobody"}) == "user.unknown"
    assert tried("transfer", PAYMENT | {"amount": "many"}) == "request.invalid"
    assert tried("transfer", PAYMENT | {"amount": 1.5}) == "request.invalid"
    assert tried("transfer", PAYMENT | {"amount": 2**64}) == "request.invalid"
    assert tried("transfer", {}) == "user.unknown"
    assert tried("transfer", []) == "request.invalid"
    for kind in (
        "reserve",
        "post_batch",
        "execute_request",
        "end_dual_control",
        "disable_operator",
        "",
        "no such",
    ):
        assert tried(kind, PAYMENT) == "request.kind"
    for kind in ("set_limit", "create_operator", "set_dual_control"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tried(kind, PAYMENT)
    assert refused(write(operator, "submit_request", "transfer", Jsonb(PAYMENT), "")) == "reason.empty"
    assert everything(admin) == before


def test_a_request_says_itself_what_it_means(operator: Connection, admin: Connection) -> None:
    """What is approved must mean the same to whoever executes it, in any zone and on any day."""
    wanted = {"username": "bob", "currency": CURRENCY, "amount": 5, "source": "promo"}
    operator.execute("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'ISO, DMY'")
    for given, kept in (
        ("2900-01-02 00:00", "2900-01-01T15:00:00Z"),
        ("01/02/2900", "2900-01-31T15:00:00Z"),
        ("2900-01-02T00:00:00+01:00", "2900-01-01T23:00:00Z"),
        (None, None),
    ):
        found = done(
            write(operator, "submit_request", "grant_credit", Jsonb(wanted | {"expires_at": given}), REASON)
        )
        row = admin.execute(
            "SELECT request -> 'expires_at' FROM ledger.approval_requests WHERE id = %s", [found["request"]]
        ).fetchone()
        assert row == (kept,)
    found = done(
        write(operator, "submit_request", "grant_credit", Jsonb(wanted | {"expires_at": "tomorrow"}), REASON)
    )
    row = admin.execute(
        "SELECT request ->> 'expires_at' FROM ledger.approval_requests ORDER BY id DESC"
    ).fetchone()
    assert row is not None
    assert row[0].endswith("T15:00:00Z")


def test_a_request_has_no_word_that_nothing_reads(operator: Connection, admin: Connection) -> None:
    wanted = {"username": "bob", "currency": CURRENCY, "amount": 5, "source": "promo"}
    before = everything(admin)
    for wrong in ({"expires": "2900-01-02"}, {"Amount": 6}, {"expires_at": 5}, {"expires_at": "some day"}):
        found = write(operator, "submit_request", "grant_credit", Jsonb(wanted | wrong), REASON)
        assert refused(found) == "request.invalid", wrong
    assert everything(admin) == before


@pytest.mark.parametrize("kind", ["grant_credit", "capture", "reverse_transaction", "reverse_batch",
                                  "set_overdraft_limit"])  # fmt: skip
def test_every_kind_can_be_requested(
    operator: Connection, approver: Connection, admin: Connection, kind: str
) -> None:
    done(reserve(operator, "alice", 50, "h"))
    batch = create_batch(operator, [Line(1, "alice", "bob", 50, "r1")])
    done(post_batch(operator, batch))
    paid = done(transfer(operator, "alice", "bob", 50))["transaction"]
    requests = {
        "grant_credit": {"username": "bob", "currency": CURRENCY, "amount": 50, "source": "promo",
                         "expires_at": "2900-01-01T00:00:00Z"},
        "capture": {"reservation": "h", "amount": 30},
        "reverse_transaction": {"transaction": paid, "reason": REASON},
        "reverse_batch": {"batch": batch, "policy": "all", "reason": REASON},
        "set_overdraft_limit": {"username": "bob", "currency": CURRENCY, "limit": 50, "reason": REASON},
    }  # fmt: skip
    rule(admin, kind, 0, 1)
    found = done(write(operator, "submit_request", kind, Jsonb(requests[kind]), REASON))
    row = admin.execute("SELECT currency, amount FROM ledger.approval_requests").fetchone()
    assert row == (CURRENCY, 30 if kind == "capture" else 50)
    done(approve(approver, found["request"], bytes.fromhex(found["content"])))
    before = everything(admin)
    done(execute(operator, found["request"]))
    assert everything(admin) != before


@pytest.fixture
def draft(operator: Connection) -> int:
    """Make a batch that would post."""
    return create_batch(operator, [Line(1, "alice", "bob", 300, "r1"), Line(2, "@external", "bob", 7, "r2")])


def submit_batch(connection: Connection, batch: int) -> tuple[int, bytes]:
    found = done(write(connection, "submit_batch", batch, content_hash(connection, batch), REASON))
    return found["request"], bytes.fromhex(found["content"])


def batch_row(connection: Connection, batch: int) -> tuple[Any, ...]:
    row = connection.execute(
        "SELECT status::text, approvals_required, approved_by, content_hash IS NULL "
        "FROM ledger.batches WHERE id = %s",
        [batch],
    ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("way", ["execute", "post"])
def test_a_batch_is_submitted_approved_and_posted(  # noqa: PLR0917 - pytest passes by name
    operator: Connection,
    approver: Connection,
    admin: Connection,
    connect: Callable[[str], Connection],
    draft: int,
    way: str,
) -> None:
    rule(admin, "post_batch", 307, 1)
    other = connect("t_operator2")
    seen = content_hash(operator, draft)
    assert refused(post_batch(operator, draft)) == "approval.required"
    assert refused(post_batch(other, draft)) == "batch.maker"
    assert refused(write(other, "submit_batch", draft, seen, REASON)) == "batch.maker"
    assert refused(write(operator, "submit_batch", draft, b"\0" * 32, REASON)) == "batch.changed"
    assert refused(write(operator, "submit_batch", draft, seen, "")) == "reason.empty"
    request, content = submit_batch(operator, draft)
    assert batch_row(admin, draft) == ("submitted", 1, None, False)
    assert refused(write(operator, "submit_batch", draft, seen, REASON)) == "batch.status"
    assert refused(post_batch(operator, draft)) == "batch.status"
    # Its lines are frozen, for its maker and for the owner.
    with pytest.raises(psycopg.errors.RestrictViolation):
        copy_lines(operator, draft, [Line(3, "alice", "bob", 1, "r3")])
    with pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute("UPDATE ledger.batch_lines SET amount = 1 WHERE batch_id = %s", [draft])
    with pytest.raises(psycopg.errors.RestrictViolation):
        operator.execute("SELECT ledger.discard_batch(%s)", [draft])
    done(approve(approver, request, content))
    assert batch_row(admin, draft)[:3] == ("approved", 1, "t_approver")
    done(execute(other, request) if way == "execute" else post_batch(other, draft))
    assert batch_row(admin, draft)[0] == "posted"
    assert state(admin, request) == ("executed", 1, 1, "t_operator", "t_operator2")
    assert balances(admin) == {"alice": 700, "bob": 307}
    assert refused(execute(operator, request)) == "request.status"
    assert refused(post_batch(operator, draft)) == "batch.status"


def test_a_rejected_batch_is_over_and_a_withdrawn_one_a_draft_again(
    operator: Connection, approver: Connection, admin: Connection, draft: int
) -> None:
    request, content = submit_batch(operator, draft)
    done(approve(approver, request, content))
    done(write(operator, "withdraw_request", request, REASON))
    assert batch_row(admin, draft) == ("draft", 0, None, True)
    copy_lines(operator, draft, [Line(3, "alice", "bob", 1, "r3")])
    again, changed = submit_batch(operator, draft)
    assert (again != request, changed != content) == (True, True)
    assert refused(approve(approver, again, content)) == "request.changed"
    done(write(approver, "reject_request", again, REASON))
    assert batch_row(admin, draft)[0] == "rejected"
    assert refused(post_batch(operator, draft)) == "batch.status"
    assert (
        refused(write(operator, "submit_batch", draft, content_hash(operator, draft), REASON))
        == "batch.status"
    )
    assert balances(admin)["bob"] == 0


def test_the_batch_itself_holds_the_rules(operator: Connection, admin: Connection, draft: int) -> None:
    submit_batch(operator, draft)
    for change, constraint in (
        ("approved_by = created_by", "maker_is_not_checker"),
        ("posted_hash = sha256('x')", "posted_content_is_frozen_content"),
        ("content_hash = NULL", "frozen_when_not_draft"),
        ("status = 'posted'", "posted_is_approved,posted_is_complete"),
        (f"{COMPLETE}, status = 'posted'", "posted_is_approved"),
        ("status = 'reversed'", "posted_is_approved,posted_is_complete,reversed_is_complete"),
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.CheckViolation) as raised:
            admin.execute(f"UPDATE ledger.batches SET {change} WHERE id = {draft}".encode())
        assert raised.value.diag.constraint_name in constraint.split(",")


def test_an_empty_batch_is_not_submitted(operator: Connection) -> None:
    empty = create_batch(operator)
    assert refused(write(operator, "submit_batch", empty, None, REASON)) == "batch.empty"
    assert refused(write(operator, "submit_batch", 10**12, None, REASON)) == "batch.unknown"


def test_rules_and_limits_that_make_no_sense_are_refused(
    admin: Connection, connect: Callable[[str], Connection]
) -> None:
    boss = connect("t_admin")
    before = everything(admin)

    def rules(*values: object) -> str:
        return refused(write(boss, "set_approval_rule", *values))

    assert rules("transfer", CURRENCY, 1, 6, REASON) == "approval.number"
    assert rules("transfer", CURRENCY, 1, -1, REASON) == "approval.number"
    assert rules("transfer", CURRENCY, 1, 0, REASON) == "rule.unknown"
    assert rules("transfer", "XXX", 1, 1, REASON) == "currency.unknown"
    assert rules("reserve", CURRENCY, 1, 1, REASON) == "request.kind"
    assert rules(None, CURRENCY, 1, 1, REASON) == "request.kind"
    assert rules("transfer", CURRENCY, 1, 1, "") == "reason.empty"

    def limits(*values: object) -> str:
        return refused(write(boss, "set_limit", *values))

    assert limits("nobody at all", "*", CURRENCY, 1, 1, REASON) == "holder.unknown"
    assert limits(None, "*", CURRENCY, 1, 1, REASON) == "holder.unknown"
    assert limits("t_operator", "reserve", CURRENCY, 1, 1, REASON) == "request.kind"
    assert limits("t_operator", "*", CURRENCY, None, None, REASON) == "rule.unknown"
    assert limits("t_operator", "*", "XXX", 1, 1, REASON) == "currency.unknown"
    assert limits("t_operator", "*", CURRENCY, 1, 1, "") == "reason.empty"
    assert everything(admin) == before


def test_a_limit_for_one_operation_and_for_a_day(operator: Connection, admin: Connection) -> None:
    limit(admin, "t_operator", "transfer", 100, 250)
    found = transfer(operator, "alice", "bob", 101)
    money = {"currency": CURRENCY, "exponent": 2}
    assert (refused(found), found["detail"]) == (
        "limit.operation",
        money | {"kind": "transfer", "limit": 100},
    )
    done(transfer(operator, "alice", "bob", 100))
    done(transfer(operator, "alice", "bob", 100))
    # What is refused, for whatever reason, does not count.
    assert refused(transfer(operator, "alice", "nobody", 50)) == "user.unknown"
    found = transfer(operator, "alice", "bob", 51)
    assert (refused(found), found["detail"]) == (
        "limit.day",
        money | {"kind": "transfer", "limit": 250, "left": 50, "zone": "UTC"},
    )
    done(transfer(operator, "alice", "bob", 50))
    assert refused(transfer(operator, "alice", "bob", 1)) == "limit.day"
    usage = admin.execute("SELECT operator, kind, amount FROM ledger.limit_usage").fetchall()
    assert usage == [("t_operator", "transfer", 250)]
    # Yesterday's is yesterday's; another kind is another kind.
    admin.execute("UPDATE ledger.limit_usage SET day = day - 1")
    done(transfer(operator, "alice", "bob", 100))
    done(grant(operator, "bob", 500))
    limit(admin, "t_operator", "transfer", None, None)
    done(transfer(operator, "alice", "bob", 500))


def test_a_limit_of_any_kind_counts_all_together(operator: Connection, admin: Connection) -> None:
    limit(admin, "t_operator", "*", None, 100)
    done(transfer(operator, "alice", "bob", 60))
    assert refused(grant(operator, "bob", 41)) == "limit.day"
    done(grant(operator, "bob", 40))
    assert refused(write(operator, "set_overdraft_limit", "bob", CURRENCY, 1, REASON)) == "limit.day"
    # What moves no money is no matter of limits.
    done(reserve(operator, "alice", 500, "h"))
    assert refused(write(operator, "capture", "h")) == "limit.day"


def test_a_role_has_limits_and_an_operator_ones_own(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    other, boss = connect("t_operator2"), connect("t_admin")
    limit(admin, "ledger_operator", "transfer", 10, None)
    limit(admin, "ledger_viewer", "transfer", 20, None)
    limit(admin, "t_operator2", "transfer", 50, None)
    # The tightest of the roles' limits; an admin is an operator too.
    assert refused(transfer(operator, "alice", "bob", 11)) == "limit.operation"
    assert refused(transfer(boss, "alice", "bob", 11)) == "limit.operation"
    done(transfer(operator, "alice", "bob", 10))
    # One's own counts instead of them.
    done(transfer(other, "alice", "bob", 50))
    assert refused(transfer(other, "alice", "bob", 51)) == "limit.operation"


def test_approved_things_are_within_limits_too(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    request, content = submit(operator)
    done(approve(approver, request, content))
    limit(admin, "t_operator", "transfer", 499, None)
    assert refused(execute(operator, request)) == "limit.operation"
    assert state(admin, request)[0] == "approved"
    assert refused(write(operator, "submit_request", "transfer", Jsonb(PAYMENT), REASON)) == "limit.operation"
    limit(admin, "t_operator", "transfer", 500, None)
    done(execute(operator, request))


def test_sixteen_threads_never_pass_a_days_limit(as_role: Callable[[str], str], admin: Connection) -> None:
    limit(admin, "ledger_operator", "transfer", None, 300)
    barrier = threading.Barrier(16)

    def work(number: int) -> int:
        passed = 0
        with connected(as_role("t_operator")) as connection:
            barrier.wait(timeout=60)
            for _ in range(5):
                found = transfer(connection, "@external", "bob", 7)
                assert found["status"] == "posted" or found["code"] == "limit.day"
                passed += found["status"] == "posted"
        return passed

    with ThreadPoolExecutor(16) as pool:
        passed = sum(pool.map(work, range(16)))
    assert passed == 300 // 7
    assert wallet(admin, "bob")[0] == 7 * passed
    assert system_balance(admin, "@external") == -1_000 - 7 * passed
    used = admin.execute("SELECT amount FROM ledger.limit_usage").fetchall()
    assert used == [(7 * passed,)]


def test_the_same_request_may_be_made_again_under_another_key(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    """Each submission is one request; the same key is the same request."""
    key = uuid4()
    first = write(operator, "submit_request", "transfer", Jsonb(PAYMENT), REASON, key=key)
    assert write(operator, "submit_request", "transfer", Jsonb(PAYMENT), REASON, key=key) == first
    submit(operator)
    assert count(admin, "approval_requests") == 2
    key = uuid4()
    agreed = write(
        approver, "approve_request", first["request"], bytes.fromhex(first["content"]), "", key=key
    )
    again = write(approver, "approve_request", first["request"], bytes.fromhex(first["content"]), "", key=key)
    assert agreed == again
