"""Whatever a function is given, a code says what is wrong with it: no raw error, and never half done."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.bookkeeping import count, create_batch
from tests.models.writes import REASON, done, everything, refused, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

LONG: Final = "x" * 20_000
# What an argument may be given beside what is meant: nothing, nothing in it, too much, what no text is.
WRONG: Final[dict[str, tuple[object, ...]]] = {
    "text": (None, "", LONG, "two\nlines", "\u202eright to left"),
    "bigint": (None, 0, -1, 2**63 - 1),
    "integer": (None, 0, -1, 2**31 - 1),
    "smallint": (None, 0, -1, 2**15 - 1),
    "bytea": (None, b"", b"x" * 100),
    "bytea[]": (None, [], [None], [b""], [b"x"] * 600),
    "integer[]": (None, [], [None], [0], [-(2**31)], list(range(600))),
    "bigint[]": (None, [], [None], [0], [2**63 - 1, -1], list(range(600))),
    "timestamp with time zone": (None, "infinity", "-infinity", "4713-01-01 BC", "294276-12-31"),
    "text[]": (None, [], [None], [LONG], ["ledger_owner"], ["", "ledger_viewer"]),
    "jsonb": (None, Jsonb(None), Jsonb([]), Jsonb({}), Jsonb({"username": LONG}), Jsonb("text")),
    "ledger.account_status": (None,),
    "boolean": (None,),
}
MEANT: Final[dict[str, object]] = {
    "p_username": "alice", "p_from": "alice", "p_to": "bob", "p_currency": "CR", "p_amount": 5,
    "p_reason": REASON, "p_reservation": "held", "p_status": "frozen",
    "p_note": "a note", "p_kind": "transfer",
    "p_request": Jsonb({"from": "alice", "to": "bob", "currency": "CR", "amount": 5}), "p_limit": 10,
    "p_source": "promo", "p_name": "name", "p_groups": ["ledger_viewer"], "p_holder": "ledger_operator",
    "p_operator": "nobody_here", "p_pid": 1, "p_batch": 1, "p_transaction": 1, "p_reference": "ref",
    "p_approvals": 1, "p_from_amount": 1, "p_expires_at": "2100-01-01", "p_description": "",
    "p_started": "2026-01-01", "p_policy": "all", "p_content": b"", "p_mode": "all",
    "p_zone": "Europe/Berlin", "p_exponent": 2, "p_flag": 1, "p_assignee": "t_support", "p_following": True,
    "p_token": 1, "p_job": "sweep", "p_result": "failed", "p_detail": Jsonb({}),
    "p_ticket": "T-1", "p_metadata": Jsonb({"crm": "4711"}), "p_reversed": 1, "p_offset": True,
    "p_per_operation": 5, "p_per_day": 10,
}  # fmt: skip


def meant(name: str, kind: str) -> object:
    """Return what an argument may well be."""
    return 1 if name == "p_request" and kind == "bigint" else MEANT.get(name)


def keyed(connection: Connection) -> list[tuple[str, list[str], list[str]]]:
    """Return each function that takes a key: its name, its arguments' names and types."""
    rows = connection.execute("""
        SELECT p.proname, p.proargnames[2:], ARRAY(
            SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (t, place)
            WHERE place > 1 ORDER BY place)
        FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace AND p.proargnames[1] = 'p_key'
            AND p.prosecdef AND p.proname <> 'settle_operation' ORDER BY 1""").fetchall()
    return [(name, list(names or []), list(types)) for name, names, types in rows]


def test_no_argument_makes_a_raw_error(
    operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    """Every keyed function, each of its arguments wrong in turn, the others as they are meant."""
    open_accounts({"alice": 1_000, "bob": 0})
    done(reserve(operator, "alice", 10, "held"))
    admin.execute("SELECT ledger.claim_lease(NULL, 'a test')")
    raw: list[str] = []
    tried = 0
    for name, names, types in keyed(admin):
        for place, kind in enumerate(types):
            for wrong in WRONG[kind]:
                values = [meant(*one) for one in zip(names, types, strict=True)]
                values[place] = wrong
                tried += 1
                said = attempt(admin, name, values, types)
                # Under a token that is not the lease's nothing is done, and no key is taken.
                if said and not (names[place] == "p_token" and said.startswith("LG005")):
                    raw.append(f"{name}({names[place]} => {str(wrong)[:30]}): {said}")
    assert tried > 300
    assert raw == [], "\n".join(raw)


def attempt(connection: Connection, name: str, values: list[object], types: list[str]) -> str:
    """Call in a transaction that is undone; return the raw error, if there was one."""
    places = [sql.SQL("%s::{}").format(sql.SQL(kind)) for kind in types]
    call = sql.SQL("SELECT ledger.{}({})").format(
        sql.Identifier(name), sql.SQL(", ").join([sql.SQL("%s::uuid"), *places])
    )
    connection.execute("BEGIN")
    try:
        row = connection.execute(call, [uuid4(), *values]).fetchone()
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_primary}"
    else:
        assert row is not None
        answer = row[0]
        code = answer.get("code", "")
        # A constraint without words of its own is as raw as an error.
        return f"{answer}"[:200] if answer["status"] == "refused" and code.startswith("constraint.") else ""
    finally:
        connection.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("NULL, 'CR', '', NULL, false, ''", "batch.name"),
        ("'', 'CR', '', NULL, false, ''", "batch.name"),
        ("repeat('n', 201), 'CR', '', NULL, false, ''", "batch.name"),
        ("repeat('n', 200000), 'CR', '', NULL, false, ''", "batch.name"),
        ("E'a\\nb', 'CR', '', NULL, false, ''", "batch.name"),
        ("'b', NULL, '', NULL, false, ''", "currency.unknown"),
        ("'b', 'XX', '', NULL, false, ''", "currency.unknown"),
        ("'b', 'CR', repeat('f', 256), NULL, false, ''", "batch.file"),
        ("'b', 'CR', '', '\\x00', false, ''", "batch.file"),
        ("'b', 'CR', '', NULL, true, 'Not OK'", "batch.prefix"),
        ("'b', 'CR', '', NULL, true, repeat('p', 40)", "batch.prefix"),
    ],
)
def test_a_batch_that_cannot_be_made_says_why(operator: Connection, arguments: str, code: str) -> None:
    with pytest.raises(psycopg.DatabaseError) as raised:
        operator.execute(f"SELECT ledger.create_batch({arguments})".encode())
    assert (raised.value.sqlstate, raised.value.diag.message_primary) == ("LG001", code)


def test_what_is_left_out_of_a_batch_is_as_if_it_were_empty(operator: Connection) -> None:
    row = operator.execute("SELECT ledger.create_batch('b', 'CR', NULL, NULL, NULL, NULL)").fetchone()
    assert row is not None


def test_a_draft_is_in_the_audit_from_its_making_to_its_end(operator: Connection, admin: Connection) -> None:
    operator.execute("BEGIN")
    create_batch(operator)
    operator.execute("ROLLBACK")
    batch = create_batch(operator)
    operator.execute("SELECT ledger.discard_batch(%s)", [batch])
    rows = admin.execute(
        "SELECT actor, action, outcome FROM ledger.audit_events WHERE subject = %s ORDER BY id",
        [f"batch:{batch}"],
    ).fetchall()
    assert rows == [("t_operator", "create_batch", "done"), ("t_operator", "discard_batch", "done")]
    assert count(admin, "audit_events") == 3  # the currency's, and these


@pytest.mark.parametrize(
    ("kind", "wanted", "subject"),
    [
        ("transfer", {"from": "alice", "to": "bob", "currency": "CR", "amount": "x"}, "account:alice"),
        ("grant_credit", {"username": "alice", "currency": "CR", "amount": 0}, "account:alice"),
        ("set_overdraft_limit", {"username": "alice", "currency": "CR", "limit": -1}, "account:alice"),
        ("capture", {"reservation": "r-1"}, "reservation:r-1"),
    ],
)
def test_a_refused_request_is_filed_under_what_it_is_about(
    operator: Connection, admin: Connection, kind: str, wanted: dict[str, Any], subject: str
) -> None:
    refused(write(operator, "submit_request", kind, Jsonb(wanted), REASON))
    row = admin.execute(
        "SELECT subject, outcome FROM ledger.audit_events WHERE action = 'submit_request'"
    ).fetchone()
    assert row == (subject, "refused")


def test_a_refused_request_of_a_hundred_megabytes_keeps_its_beginning_and_its_hash(
    operator: Connection, admin: Connection
) -> None:
    size = 100_000_000
    key = uuid4()
    row = operator.execute("SELECT ledger.add_note(%s, 'nobody', repeat('n', %s))", [key, size]).fetchone()
    assert row is not None
    assert refused(row[0]) == "customer.unknown"
    sizes = admin.execute("""
        SELECT (SELECT max(octet_length(e.detail::text)) FROM ledger.audit_events e),
            (SELECT max(octet_length(o.outcome::text)) FROM ledger.operations o)""").fetchone()
    assert sizes is not None
    assert max(sizes) < 24_000


def test_what_is_cut_says_how_long_it_was_and_what_it_hashes_to(
    operator: Connection, admin: Connection
) -> None:
    everything_before = everything(admin)
    refused(write(operator, "transfer", "alice", "bob", "CR", 5, "x" * 50_000))
    row = admin.execute(
        "SELECT detail -> 'request' FROM ledger.audit_events WHERE action = 'transfer'"
    ).fetchone()
    assert row is not None
    kept = row[0]
    said = admin.execute("SELECT %s::jsonb::text", [json.dumps({
        "from": "alice", "to": "bob", "currency": "CR", "amount": 5, "reference": "x" * 50_000,
        "description": "", "effective_at": None})]).fetchone()  # fmt: skip
    assert said is not None
    assert kept == {
        "cut": said[0][:4000], "bytes": len(said[0]), "sha256": hashlib.sha256(said[0].encode()).hexdigest(),
    }  # fmt: skip
    assert everything(admin) == everything_before
