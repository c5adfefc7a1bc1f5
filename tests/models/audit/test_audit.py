"""The audit chain and the seals: what is in them, that they are unbroken, that nobody waits for them."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, count, create_batch, post_batch, transfer, wait_until
from tests.cluster import connected
from tests.models.writes import (
    REASON,
    capture,
    done,
    grant,
    refused,
    release,
    reserve,
    reverse,
    soon,
    sweep,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


def newest(connection: Connection) -> int:
    """Return the number of the last event."""
    row = connection.execute("SELECT id FROM ledger.audit_head").fetchone()
    assert row is not None
    return int(row[0])


def events(connection: Connection, after: int) -> list[tuple[Any, ...]]:
    """Return who did what to what since an event."""
    return connection.execute(
        "SELECT actor, action, subject, outcome, reason FROM ledger.audit_events WHERE id > %s ORDER BY id",
        [after],
    ).fetchall()


def assert_unbroken(connection: Connection) -> int:
    """Recompute the whole chain from the format that note.sql states; return how many events it has."""
    rows = connection.execute(
        "SELECT id, at, actor, action, subject, outcome, reason, detail::text, previous, digest, hash "
        "FROM ledger.audit_events ORDER BY id"
    ).fetchall()
    before = hashlib.sha256(b"ledger").digest()
    for place, (number, at, *words, previous, digest, found) in enumerate(rows, start=1):
        assert (number, previous) == (place, before)
        moment = (at - EPOCH) // timedelta(microseconds=1)
        fields = [str(number).encode(), str(moment).encode(), *(word.encode() for word in words)]
        text = b"".join(b"%d:%s" % (len(field), field) for field in fields)
        assert digest == hashlib.sha256(text).digest()
        before = hashlib.sha256(b"ledger chain 2" + previous + digest).digest()
        assert found == before, f"event {number}"
    head = connection.execute("SELECT id, hash FROM ledger.audit_head").fetchone()
    assert head == (len(rows), before)
    return len(rows)


def test_what_moves_money_has_its_own_history_and_all_else_an_event(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    after = newest(admin)
    paid = done(transfer(operator, "alice", "bob", 10))["transaction"]
    for reference in ("h1", "h2"):
        done(reserve(operator, "alice", 10, reference))
    done(write(operator, "extend_reservation", "h1", soon(), REASON))
    done(capture(operator, "h1"))
    done(release(operator, "h2"))
    done(sweep(operator))
    assert events(admin, after) == []

    granted = done(grant(operator, "bob", 5))
    done(reverse(operator, paid))
    batch = create_batch(operator, [Line(1, "alice", "bob", 5, "r1")])
    done(post_batch(operator, batch))
    done(write(operator, "reverse_batch", batch, "all", "wrong month"))
    support, boss, approver = connect("t_support"), connect("t_admin"), connect("t_approver")
    done(write(support, "open_account", "carol", "CR", "Carol", None, "walked in"))
    done(write(support, "add_note", "carol", "likes <b>tea</b>"))
    done(write(support, "set_account_status", "carol", "frozen", "a complaint"))
    done(write(operator, "set_overdraft_limit", "bob", "CR", 5, "known for years"))
    done(write(boss, "set_approval_rule", "transfer", "CR", 900, 1, "policy 7"))
    done(write(boss, "set_limit", "t_operator", "*", "CR", 10_000, None, "policy 8"))
    wanted = {"from": "alice", "to": "bob", "currency": "CR", "amount": 5}
    requests = [
        done(write(operator, "submit_request", "transfer", Jsonb(wanted), "please")) for _ in range(3)
    ]
    numbers = [one["request"] for one in requests]
    done(write(approver, "approve_request", numbers[0], bytes.fromhex(requests[0]["content"]), "fine"))
    done(write(operator, "execute_request", numbers[0]))
    done(write(approver, "reject_request", numbers[1], "not this one"))
    done(write(operator, "withdraw_request", numbers[2], "not needed"))
    second = create_batch(operator, [Line(1, "alice", "bob", 5, "r2")])
    done(write(operator, "submit_batch", second, content_hash(operator, second), "wages"))
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    assert events(admin, after) == [
        ("t_operator", "grant_credit", "account:bob", "done", ""),
        ("t_operator", "reverse_transaction", f"transaction:{paid}", "done", REASON),
        ("t_operator", "create_batch", f"batch:{batch}", "done", ""),
        ("t_operator", "post_batch", f"batch:{batch}", "done", ""),
        ("t_operator", "reverse_batch", f"batch:{batch}", "done", "wrong month"),
        ("t_support", "open_account", "account:carol", "done", "walked in"),
        ("t_support", "add_note", "account:carol", "done", ""),
        ("t_support", "set_account_status", "account:carol", "done", "a complaint"),
        ("t_operator", "set_overdraft_limit", "account:bob", "done", "known for years"),
        ("t_admin", "set_approval_rule", "rule:transfer", "done", "policy 7"),
        ("t_admin", "set_limit", "limit:t_operator", "done", "policy 8"),
        *(("t_operator", "submit_request", f"request:{number}", "done", "please") for number in numbers),
        ("t_approver", "approve_request", f"request:{numbers[0]}", "done", ""),
        ("t_operator", "execute_request", f"request:{numbers[0]}", "done", ""),
        ("t_approver", "reject_request", f"request:{numbers[1]}", "done", "not this one"),
        ("t_operator", "withdraw_request", f"request:{numbers[2]}", "done", "not needed"),
        ("t_operator", "create_batch", f"batch:{second}", "done", ""),
        ("t_operator", "submit_batch", f"batch:{second}", "done", "wages"),
        (admin.info.user, "add_currency", "currency:EUR", "done", ""),
    ]
    detail = admin.execute(
        "SELECT detail FROM ledger.audit_events WHERE action = 'grant_credit' AND id > %s", [after]
    ).fetchone()
    assert detail is not None
    assert detail[0]["outcome"] == granted
    assert (detail[0]["request"]["amount"], detail[0]["request"]["source"]) == (5, "promo")
    assert_unbroken(admin)


def test_every_refused_attempt_is_in_the_chain(operator: Connection, admin: Connection) -> None:
    done(reserve(operator, "alice", 10, "h1"))
    after = newest(admin)
    attempts = [
        ("transfer", "account:bob", transfer(operator, "bob", "alice", 1)),
        ("reserve", "reservation:h9", reserve(operator, "bob", 1, "h9")),
        ("capture", "reservation:h1", capture(operator, "h1", 11)),
        ("release", "reservation:h1", write(operator, "release", "h1", "")),
        ("post_batch", "batch:77", write(operator, "post_batch", 77, None)),
        ("open_account", "account:alice", write(operator, "open_account", "alice", "CR", "", None, REASON)),
        ("execute_request", "request:77", write(operator, "execute_request", 77)),
    ]
    found = admin.execute(
        "SELECT action, subject, detail -> 'outcome' FROM ledger.audit_events "
        "WHERE id > %s AND actor = 't_operator' AND outcome = 'refused' ORDER BY id", [after]
    ).fetchall()  # fmt: skip
    assert found == attempts
    assert {refused(outcome) for _, _, outcome in attempts} == {
        "funds.short", "reservation.short", "reason.empty", "batch.unknown", "account.exists",
        "request.unknown",
    }  # fmt: skip
    # A refused day's limit was undone with the rest, but the attempt is told.
    done(write(admin, "set_limit", "t_operator", "*", "CR", None, 5, REASON))
    assert refused(transfer(operator, "alice", "bob", 6)) == "limit.day"
    assert events(admin, after)[-1] == ("t_operator", "transfer", "account:alice", "refused", "")
    assert count(admin, "limit_usage") == 0
    assert_unbroken(admin)


def test_asking_again_is_no_second_event(
    operator: Connection, admin: Connection, as_role: Callable[[str], str]
) -> None:
    key = uuid4()
    after = newest(admin)
    first = transfer(operator, "bob", "alice", 1, key=key)
    assert refused(first) == "funds.short"

    def again(_number: int) -> dict[str, Any]:
        with connected(as_role("t_operator")) as connection:
            return transfer(connection, "bob", "alice", 1, key=key)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(again, range(8))) == [first] * 8
    with pytest.raises(psycopg.Error) as raised:
        transfer(operator, "bob", "alice", 2, key=key)
    assert raised.value.sqlstate == "LG002"
    assert len(events(admin, after)) == 1


def test_what_is_rolled_back_leaves_no_event_and_no_gap(operator: Connection, admin: Connection) -> None:
    after = newest(admin)
    with operator.transaction(force_rollback=True):
        done(grant(operator, "bob", 5))
        assert refused(transfer(operator, "alice", "bob", 10**6)) == "funds.short"
        assert newest(operator) == after + 2
    assert newest(admin) == after
    done(grant(operator, "bob", 5))
    assert assert_unbroken(admin) == after + 1


def test_text_cannot_forge_the_chain(operator: Connection, admin: Connection) -> None:
    """Fields are led by their lengths in bytes, so their borders cannot be moved by what is in them."""
    for note in ("1:a2:bc", "Łódź 李四 😀", "a\nb", "\\x00", '"}', "x" * 2_000):
        done(write(operator, "add_note", "bob", note))
    assert refused(write(operator, "add_note", "bob", "a\u202eb")) == "text.character"
    assert refused(write(operator, "add_note", "bob", "x" * 2_001)) == "text.character"
    assert refused(write(operator, "add_note", "bob", None)) == "note.empty"
    assert refused(write(operator, "add_note", "nobody", "a note")) == "customer.unknown"
    admin.execute("SET TimeZone = 'Asia/Kathmandu'")
    assert_unbroken(admin)


def test_sixteen_at_once_keep_the_chain_unbroken(as_role: Callable[[str], str], admin: Connection) -> None:
    before = newest(admin)
    barrier = threading.Barrier(16)

    def work(number: int) -> None:
        with connected(as_role("t_operator" if number % 2 else "t_support")) as connection:
            barrier.wait(timeout=60)
            for turn in range(15):
                done(write(connection, "add_note", "bob", f"note {number} {turn}"))
                assert refused(write(connection, "add_note", "nobody", "a note")) == "customer.unknown"

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert assert_unbroken(admin) == before + 16 * 15 * 2


@pytest.mark.parametrize(
    "table", ["audit_events", "seals", "approvals", "account_notes", "identity", "operations"]
)
def test_not_even_the_owner_changes_the_past(operator: Connection, admin: Connection, table: str) -> None:
    done(write(operator, "add_note", "bob", "a note"))
    found = done(write(operator, "submit_request", "transfer", Jsonb({
        "from": "alice", "to": "bob", "currency": "CR", "amount": 5}), REASON))  # fmt: skip
    done(write(admin, "approve_request", found["request"], bytes.fromhex(found["content"]), ""))
    seal_all(operator)
    row = admin.execute(
        "SELECT min(a.attname) FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0",
        [f"ledger.{table}"],
    ).fetchone()
    assert row is not None
    assert count(admin, table) > 0
    for statement in (
        f"UPDATE ledger.{table} SET {row[0]} = {row[0]}",
        f"DELETE FROM ledger.{table}",
        f"TRUNCATE ledger.{table} CASCADE",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            admin.execute(statement.encode())


@pytest.mark.parametrize("table", ["audit_head", "approval_requests", "credit_lots", "reservations"])
def test_what_changes_never_goes(operator: Connection, admin: Connection, table: str) -> None:
    done(grant(operator, "bob", 5))
    done(reserve(operator, "alice", 5, "h"))
    done(write(operator, "submit_request", "transfer", Jsonb({
        "from": "alice", "to": "bob", "currency": "CR", "amount": 5}), REASON))  # fmt: skip
    for statement in (f"DELETE FROM ledger.{table}", f"TRUNCATE ledger.{table} CASCADE"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            admin.execute(statement.encode())


def seal(connection: Connection, limit: int = 100_000) -> dict[str, Any]:
    """Call ledger.seal once."""
    row = connection.execute("SELECT ledger.seal(%s)", [limit]).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def seal_all(connection: Connection, limit: int = 100_000) -> None:
    """Seal until nothing is left."""
    wait_until(lambda: not seal(connection, limit)["more"])


def ids(connection: Connection) -> list[int]:
    """Return every transaction's id."""
    return [number for (number,) in connection.execute("SELECT id FROM ledger.transactions ORDER BY id")]


def test_seals_are_ranges_of_what_each_row_says(operator: Connection, admin: Connection) -> None:
    for number in range(9):
        done(transfer(operator, "alice", "bob", 1 + number, reference=f'r"{number},', description="a\\b (c)"))
    seal_all(operator, 4)
    seals = admin.execute(
        "SELECT first_id, last_id, row_count, hash, digests, event_id FROM ledger.seals ORDER BY first_id"
    ).fetchall()
    assert [row[2] for row in seals] == [4, 4, 2]
    # Each row as the server writes it, every column of the table; all else is done here. Only the currency
    # is left out: it came after the first seals, whose rows must hash as they did, and the wallets say it.
    columns = admin.execute(
        "SELECT string_agg(CASE WHEN attname LIKE '%_at' THEN format('extract(epoch FROM t.%I)', attname) "
        "ELSE 't.' || quote_ident(attname) END, ', ' ORDER BY attnum) FROM pg_attribute "
        "WHERE attrelid = 'ledger.transactions'::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attname NOT IN ('currency', 'ticket')"
    ).fetchone()
    assert columns is not None
    texts = admin.execute(
        f"SELECT t.id, ROW({columns[0]})::text FROM ledger.transactions t ORDER BY t.id".encode()
    )
    digests = {number: hashlib.sha256(text.encode()).digest() for number, text in texts}
    for first, last, rows, found, short, event in seals:
        inside = [number for number in digests if first <= number <= last]
        assert len(inside) == rows
        assert found == hashlib.sha256(b"".join(digests[number] for number in inside)).digest()
        assert short == b"".join(number.to_bytes(8, "big") + digests[number][:8] for number in inside)
        said = admin.execute(
            "SELECT action, detail FROM ledger.audit_events WHERE id = %s", [event]
        ).fetchone()
        assert said is not None
        assert (said[0], said[1]["rows"], said[1]["hash"]) == ("seal", rows, found.hex())
        assert said[1]["digests"] == hashlib.sha256(short).hexdigest()
    assert sum(row[2] for row in seals) == len(digests)
    assert seal(operator)["rows"] == 0
    assert_unbroken(admin)


def test_what_is_still_open_is_not_sealed_past(
    operator: Connection,
    admin: Connection,
    connect: Callable[[str], Connection],
    as_role: Callable[[str], str],
) -> None:
    """A transaction holds an id while later ones are committed: the seal stops before it meanwhile."""
    auditor = connect("t_auditor")
    seal_all(auditor)
    with connected(as_role("t_operator2"), autocommit=False) as slow:
        held = done(transfer(slow, "alice", "@external", 1))["transaction"]
        later = done(transfer(operator, "@external", "bob", 2))["transaction"]
        assert later > held
        for _ in range(4):
            found = seal(auditor)
            assert (found["sealed_to"] < held, found["more"]) == (True, True)
        slow.commit()
    seal_all(auditor)
    sealed = admin.execute("SELECT max(last_id), sum(row_count) FROM ledger.seals").fetchone()
    assert sealed == (later, len(ids(admin)))


def test_what_never_came_is_a_gap_in_a_seal(
    operator: Connection, admin: Connection, as_role: Callable[[str], str]
) -> None:
    with connected(as_role("t_operator2"), autocommit=False) as slow:
        lost = done(transfer(slow, "alice", "bob", 1))["transaction"]
        slow.rollback()
    later = done(transfer(operator, "alice", "bob", 2))["transaction"]
    seal_all(operator)
    row = admin.execute("SELECT max(last_id), sum(row_count) FROM ledger.seals").fetchone()
    assert row == (later, len(ids(admin)))
    assert lost not in ids(admin)


def test_nothing_that_posts_waits_for_a_seal(
    operator: Connection, admin: Connection, as_role: Callable[[str], str]
) -> None:
    for _ in range(3):
        done(transfer(operator, "alice", "bob", 1))
    operator.execute("SET lock_timeout = '2s'")
    with connected(as_role("t_auditor"), autocommit=False) as auditor:
        assert seal(auditor)["rows"] > 0
        # Its transaction is open and holds whatever it holds.
        done(transfer(operator, "alice", "bob", 1))
        done(reserve(operator, "alice", 10, "h"))
        done(capture(operator, "h", 4))
        auditor.commit()
    # And a transaction that posts keeps no seal from being asked for.
    with (
        connected(as_role("t_operator2"), autocommit=False) as slow,
        connected(as_role("t_auditor")) as auditor,
    ):
        done(transfer(slow, "alice", "bob", 1))
        auditor.execute("SET lock_timeout = '2s'")
        assert seal(auditor)["status"] in {"done", "waiting"}
        slow.commit()
    seal_all(operator)
    row = admin.execute("SELECT sum(row_count) FROM ledger.seals").fetchone()
    assert row == (len(ids(admin)),)


def test_two_seals_at_once_are_one_chain_of_ranges(as_role: Callable[[str], str], operator: Connection,
                                                   admin: Connection) -> None:  # fmt: skip
    for _ in range(30):
        done(transfer(operator, "alice", "bob", 1))

    def work(_number: int) -> None:
        with connected(as_role("t_auditor")) as connection:
            wait_until(lambda: not seal(connection, 3)["more"])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    seals = admin.execute(
        "SELECT first_id, last_id, row_count FROM ledger.seals ORDER BY first_id"
    ).fetchall()
    assert sum(rows for _, _, rows in seals) == len(ids(admin))
    assert all(before[1] < after[0] for before, after in pairwise(seals))
    assert_unbroken(admin)
