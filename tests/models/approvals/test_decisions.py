"""What becomes of a request: sent back and submitted anew, grown stale, typed, agreed to with many others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import uuid4

import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, create_batch, post_batch, transfer
from tests.cluster import CURRENCY, connected
from tests.faults.tamper.found import broken
from tests.models.writes import REASON, done, everything, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

PAYMENT: Final = {"from": "alice", "to": "bob", "currency": CURRENCY, "amount": 500}
OVER: Final = "UPDATE ledger.approval_requests SET expires_at = now() - interval '1 second' WHERE id = %s"


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture
def approver(connect: Callable[[str], Connection]) -> Connection:
    """Lend an approver's connection."""
    return connect("t_approver")


def submit(connection: Connection, follows: int | None = None, **changes: object) -> tuple[int, bytes]:
    """Submit a payment; return the request with what its checkers are to agree to."""
    wanted = Jsonb(PAYMENT | changes)
    found = done(write(connection, "submit_request", "transfer", wanted, REASON, None, follows))
    return found["request"], bytes.fromhex(found["content"])


def column(connection: Connection, name: str, request: int) -> Any:
    row = connection.execute(
        f"SELECT {name} FROM ledger.approval_requests WHERE id = %s".encode(), [request]
    ).fetchone()
    assert row is not None
    return row[0]


def terms(admin: Connection, typed_from: int | None, days: int = 14) -> None:
    done(write(admin, "set_approval_terms", CURRENCY, typed_from, days, REASON))


def assert_verified(url: str) -> None:
    assert broken(url) == {}


def test_what_is_sent_back_may_be_submitted_anew_once(
    operator: Connection, approver: Connection, ledger_url: str
) -> None:
    request, content = submit(operator)
    assert done(write(approver, "send_back_request", request, "the amount is wrong"))["status"] == "returned"
    assert column(operator, "status::text || ' ' || closed_by || ': ' || close_reason", request) == (
        "returned t_approver: the amount is wrong"
    )
    before = everything(operator)
    for verb, values in (
        ("approve_request", (request, content, "")),
        ("reject_request", (request, REASON)),
        ("send_back_request", (request, REASON)),
    ):
        found = write(approver, verb, *values)
        assert (refused(found), found["detail"]["by"]) == ("request.status", "t_approver")
    assert refused(write(operator, "execute_request", request)) == "request.status"
    assert everything(operator) == before
    again, _ = submit(operator, request, amount=400)
    assert column(operator, "follows", again) == request
    # Once, and nothing takes the place of what waits.
    for follows in (request, again):
        found = write(operator, "submit_request", "transfer", Jsonb(PAYMENT), REASON, None, follows)
        assert refused(found) == "request.follows"
    assert_verified(ledger_url)


def test_nobody_takes_the_place_of_anothers_request_or_of_another_kind(
    operator: Connection, approver: Connection, connect: Callable[[str], Connection]
) -> None:
    request, _ = submit(operator)
    done(write(approver, "send_back_request", request, REASON))
    other = connect("t_operator2")
    found = write(other, "submit_request", "transfer", Jsonb(PAYMENT), REASON, None, request)
    assert refused(found) == "request.follows"
    grant = Jsonb({"username": "bob", "currency": CURRENCY, "amount": 5, "source": "gift"})
    found = write(operator, "submit_request", "grant_credit", grant, REASON, None, request)
    assert refused(found) == "request.follows"
    assert submit(operator, request)


def test_a_maker_withdraws_and_does_not_send_back(admin: Connection) -> None:
    request, _ = submit(admin)
    assert refused(write(admin, "send_back_request", request, REASON)) == "request.own"
    assert refused(write(admin, "send_back_request", request, "")) == "reason.empty"
    assert done(write(admin, "withdraw_request", request, REASON))["status"] == "withdrawn"


def test_a_batch_sent_back_is_a_draft_that_its_next_request_follows(
    operator: Connection, approver: Connection, ledger_url: str
) -> None:
    batch = create_batch(operator, [Line(1, "alice", "bob", 50, "r1")])
    content = content_hash(operator, batch)
    first = done(write(operator, "submit_batch", batch, content, REASON))["request"]
    done(write(approver, "send_back_request", first, "line 1 is twice as much"))
    row = operator.execute(
        "SELECT status::text, content_hash, approvals_required FROM ledger.batches WHERE id = %s", [batch]
    ).fetchone()
    assert row == ("draft", None, 0)
    again = done(write(operator, "submit_batch", batch, content, REASON))
    assert again["follows"] == first
    assert_verified(ledger_url)
    done(write(operator, "withdraw_request", again["request"], REASON))
    third = done(write(operator, "submit_batch", batch, content, REASON))
    assert "follows" not in third


def test_a_batch_is_rejected_after_it_was_approved(
    operator: Connection, approver: Connection, ledger_url: str
) -> None:
    batch = create_batch(operator, [Line(1, "alice", "bob", 50, "r1")])
    asked = done(write(operator, "submit_batch", batch, content_hash(operator, batch), REASON))
    done(write(approver, "approve_request", asked["request"], bytes.fromhex(asked["content"])))
    done(write(approver, "reject_request", asked["request"], "seen too late"))
    assert refused(post_batch(operator, batch)) == "batch.status"
    assert_verified(ledger_url)


def test_who_comes_second_is_told_who_was_first(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    request, content = submit(operator)
    done(write(approver, "approve_request", request, content))
    found = write(admin, "approve_request", request, content)
    assert refused(found) == "request.status"
    moment = column(admin, "(SELECT to_json(approved_at) #>> '{}' FROM ledger.approvals)", request)
    assert found["detail"] == {"status": "approved", "by": "t_approver", "at": moment}


@pytest.mark.parametrize("note", ["x" * 501, "agreed\N{RIGHT-TO-LEFT OVERRIDE}", "in\ntwo lines"])
def test_what_a_checker_says_is_plain_and_no_longer_than_a_reason(
    operator: Connection, approver: Connection, note: str
) -> None:
    request, content = submit(operator)
    before = everything(operator)
    assert refused(write(approver, "approve_request", request, content, note)) == "text.character"
    found = done(write(approver, "approve_requests", [request], [content], note))
    assert found["requests"][0]["code"] == "text.character"
    assert everything(operator) == before
    done(write(approver, "approve_request", request, content, note[:2] * 250))


def test_of_a_request_whose_time_is_over_nothing_comes(
    operator: Connection, approver: Connection, admin: Connection
) -> None:
    waiting, content = submit(operator)
    agreed, its_content = submit(operator, amount=30)
    done(write(approver, "approve_request", agreed, its_content, ""))
    batch = create_batch(operator, [Line(1, "alice", "bob", 50, "r1")])
    hashed = content_hash(operator, batch)
    asked = done(write(operator, "submit_batch", batch, hashed, REASON))
    done(write(approver, "approve_request", asked["request"], bytes.fromhex(asked["content"]), ""))
    for request in (waiting, agreed, asked["request"]):
        admin.execute(OVER, [request])
    before = everything(admin)
    assert refused(write(approver, "approve_request", waiting, content, "")) == "request.stale"
    assert refused(write(operator, "execute_request", agreed)) == "request.stale"
    assert refused(post_batch(operator, batch)) == "request.stale"
    assert refused(write(operator, "execute_request", asked["request"])) == "request.stale"
    rehearsed = operator.execute("SELECT ledger.rehearse_request(%s)", [agreed]).fetchone()
    assert rehearsed is not None
    assert rehearsed[0]["outcome"]["code"] == "request.stale"
    assert everything(admin) == before


def test_a_sweep_ends_what_nobody_decided_in_time(
    operator: Connection, approver: Connection, admin: Connection, ledger_url: str
) -> None:
    over, _ = submit(operator)
    still, _ = submit(operator, amount=30)
    batch = create_batch(operator, [Line(1, "alice", "bob", 50, "r1")])
    asked = done(write(operator, "submit_batch", batch, content_hash(operator, batch), REASON))["request"]
    for request in (over, asked):
        admin.execute(OVER, [request])
    # Its keeper is told, as the ledger has no hold and no credit.
    moment = operator.execute(
        "SELECT due_at <= clock_timestamp() FROM ledger.job_states() WHERE job = 'sweep'"
    ).fetchone()
    assert moment == (True,)
    assert done(write(operator, "sweep", 1))["requests"] == 1
    assert done(write(operator, "sweep", 100))["requests"] == 1
    assert "requests" not in done(write(operator, "sweep", 100))
    assert [column(operator, "status::text", one) for one in (over, asked, still)] == [
        "expired", "expired", "pending",
    ]  # fmt: skip
    row = operator.execute("SELECT status::text FROM ledger.batches WHERE id = %s", [batch]).fetchone()
    assert row == ("draft",)
    told = operator.execute(
        "SELECT count(*) FROM ledger.audit_events WHERE action = 'expire_request' AND outcome = 'done'"
    ).fetchone()
    assert told == (2,)
    again = done(write(operator, "submit_batch", batch, content_hash(operator, batch), REASON))
    assert "follows" not in again


@pytest.mark.parametrize("row", ["approval_requests WHERE id = %(request)s", "batches WHERE id = %(batch)s"])
def test_a_sweep_waits_for_nobody_who_decides(
    operator: Connection, admin: Connection, ledger_url: str, row: LiteralString
) -> None:
    batch = create_batch(operator, [Line(1, "alice", "bob", 50, "r1")])
    asked = done(write(operator, "submit_batch", batch, content_hash(operator, batch), REASON))["request"]
    admin.execute(OVER, [asked])
    operator.execute("SET statement_timeout = '10s'")
    with connected(ledger_url) as deciding, deciding.transaction():
        # As an approval that was begun in time.
        deciding.execute(f"SELECT FROM ledger.{row} FOR UPDATE", {"request": asked, "batch": batch})
        assert "requests" not in done(write(operator, "sweep", 100))
    assert done(write(operator, "sweep", 100))["requests"] == 1


def test_days_are_those_of_the_terms_when_it_is_submitted(operator: Connection, admin: Connection) -> None:
    usual, _ = submit(operator)
    terms(admin, None, 3)
    short, _ = submit(operator, amount=30)
    days = "round(extract(epoch FROM expires_at - created_at) / 86400)::integer"
    assert [column(operator, days, one) for one in (usual, short)] == [14, 3]


@pytest.mark.parametrize(
    ("typed_from", "days", "code"),
    [
        (0, 14, "amount.sign"), (-5, 14, "amount.sign"), (None, 0, "terms.days"), (None, 366, "terms.days"),
        (None, None, "terms.days"), (None, 40_000, "terms.days"), (None, -40_000, "terms.days"),
    ],
)  # fmt: skip
def test_terms_are_within_bounds(
    admin: Connection, typed_from: int | None, days: int | None, code: str
) -> None:
    assert refused(write(admin, "set_approval_terms", CURRENCY, typed_from, days, REASON)) == code
    assert refused(write(admin, "set_approval_terms", "NONE", None, 14, REASON)) == "currency.unknown"


def test_a_large_amount_is_typed(
    operator: Connection, approver: Connection, admin: Connection, ledger_url: str
) -> None:
    terms(admin, 500)
    below, its_content = submit(operator, amount=499)
    request, content = submit(operator)
    done(write(approver, "approve_request", below, its_content, ""))
    found = write(approver, "approve_request", request, content, "")
    assert (refused(found), found["detail"]["from"]) == ("approval.untyped", 500)
    assert refused(write(approver, "approve_request", request, content, "", 499)) == "approval.typed"
    done(write(approver, "approve_request", request, content, "", 500))
    row = admin.execute("SELECT typed FROM ledger.approvals WHERE request_id = %s", [request]).fetchone()
    assert row == (500,)
    assert_verified(ledger_url)


def test_terms_are_those_of_the_requests_currency(
    operator: Connection, approver: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 1_000, "bob": 0}, "EUR")
    done(write(admin, "set_approval_terms", "EUR", 500, 3, REASON))
    (units, content), (euros, its_content) = submit(operator), submit(operator, currency="EUR")
    days = "round(extract(epoch FROM expires_at - created_at) / 86400)::integer"
    assert [column(operator, days, one) for one in (units, euros)] == [14, 3]
    done(write(approver, "approve_request", units, content, ""))
    assert refused(write(approver, "approve_request", euros, its_content, "")) == "approval.untyped"
    done(write(approver, "approve_request", euros, its_content, "", 500))


def test_many_are_agreed_to_by_one_call_each_by_itself(
    operator: Connection, approver: Connection, admin: Connection, ledger_url: str
) -> None:
    terms(admin, 500)
    small = [submit(operator, amount=amount) for amount in (10, 20)]
    large, typed = submit(operator)
    changed, _ = submit(operator, amount=30)
    withdrawn, its_content = submit(operator, amount=40)
    done(write(operator, "withdraw_request", withdrawn, REASON))
    chosen = [*small, (large, typed), (changed, typed), (withdrawn, its_content), (999_999, typed)]
    key = uuid4()
    numbers, contents = [list(part) for part in zip(*chosen, strict=True)]
    found = done(write(approver, "approve_requests", numbers, contents, "all seen", key=key))
    assert [(one["request"], one["status"], one.get("code")) for one in found["requests"]] == [
        (small[0][0], "approved", None),
        (small[1][0], "approved", None),
        (large, "refused", "approval.untyped"),
        (changed, "refused", "request.changed"),
        (withdrawn, "refused", "request.status"),
        (999_999, "refused", "request.unknown"),
    ]
    assert found["refused"] == 4
    before = everything(admin)
    assert done(write(approver, "approve_requests", numbers, contents, "all seen", key=key)) == found
    assert everything(admin) == before
    kept = admin.execute(
        "SELECT count(*) FROM ledger.operations WHERE kind = 'approve_request' AND operator = 't_approver'"
    ).fetchone()
    assert kept == (6,)
    assert_verified(ledger_url)


def test_nobody_agrees_to_their_own_among_many(admin: Connection, operator: Connection) -> None:
    own, theirs = submit(admin), submit(operator, amount=20)
    found = done(write(admin, "approve_requests", [own[0], theirs[0]], [own[1], theirs[1]]))
    assert [one.get("code", one["status"]) for one in found["requests"]] == ["approval.own", "approved"]


@pytest.mark.parametrize(
    ("numbers", "contents", "code"),
    [
        ([], [], "requests.number"),
        (None, None, "requests.number"),
        ([1], [], "requests.number"),
        ([1, None], [b"x", b"y"], "requests.number"),
        ([1, 2], [b"x", None], "requests.number"),
        (list(range(501)), [b"x"] * 501, "requests.number"),
        ([1, 1], [b"x", b"y"], "requests.twice"),
        ([[1, 2], [1, 3]], [b"v", b"w", b"x", b"y"], "requests.twice"),
        ([[1, None]], [b"x", b"y"], "requests.number"),
    ],
)
def test_a_list_that_is_none_is_refused(
    approver: Connection, numbers: list[Any] | None, contents: list[bytes | None] | None, code: str
) -> None:
    answer = approver.execute(
        "SELECT ledger.approve_requests(%s, %s::bigint[], %s::bytea[])", [uuid4(), numbers, contents]
    ).fetchone()
    assert answer is not None
    assert refused(answer[0]) == code


def test_two_checkers_at_once_have_one_effect_and_no_deadlock(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    """Both agree to the same twenty in opposite orders, batches among them, as their maker posts those."""
    batches = [create_batch(operator, [Line(1, "alice", "bob", 1, f"b{n}")]) for n in range(4)]
    asked = [submit(operator, amount=n + 1) for n in range(8)]
    for batch in batches:
        made = done(write(operator, "submit_batch", batch, content_hash(operator, batch), REASON))
        asked.append((made["request"], bytes.fromhex(made["content"])))
    hands = [connect("t_approver"), admin, connect("t_operator2")]

    def agree(connection: Connection, chosen: list[tuple[int, bytes]]) -> list[str]:
        numbers, contents = [list(part) for part in zip(*chosen, strict=True)]
        found = done(write(connection, "approve_requests", numbers, contents))
        return [one.get("code", one["status"]) for one in found["requests"]]

    def post(connection: Connection) -> None:
        for batch in batches * 5:
            post_batch(connection, batch)

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(agree, hands[0], asked)
        second = pool.submit(agree, hands[1], asked[::-1])
        posting = pool.submit(post, hands[2])
        answers = [first.result(timeout=30), second.result(timeout=30)]
        posting.result(timeout=30)
    for one, other in zip(*answers, strict=True):
        assert sorted((one, other)) == ["approved", "request.status"]


def test_whoever_may_not_decide_may_not_decide_on_many(
    operator: Connection, connect: Callable[[str], Connection]
) -> None:
    request, content = submit(operator)
    for role in ("t_viewer", "t_support", "t_operator2", "t_auditor"):
        for statement, values in (
            ("SELECT ledger.approve_requests(%s, %s, %s)", [uuid4(), [request], [content]]),
            ("SELECT ledger.send_back_request(%s, %s, 'a reason')", [uuid4(), request]),
            ("SELECT ledger.set_approval_terms(%s, 'CR', NULL, 365, 'a reason')", [uuid4()]),
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connect(role).execute(statement.encode(), values)
    assert transfer(operator, "alice", "bob", 1)["status"] == "posted"
