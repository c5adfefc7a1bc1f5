"""A row changed before its seal is not sealed; let pass with a reason, it is named for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

import pytest
from sqlalchemy.engine import make_url

from console.ledger.audit.verify.questions import verify
from tests.bookkeeping import outcome
from tests.cluster import PASSWORD, connected
from tests.faults.tamper.cases import TAXI
from tests.faults.tamper.found import broken, opened, value
from tests.faults.tamper.ledger import tamper
from tests.models.writes import REASON, done, refused, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection

SEAL: Final[LiteralString] = "SELECT ledger.seal(1000000)"
REVENUE: Final[LiteralString] = """
    (SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
     WHERE u.username = '@revenue')"""


@pytest.fixture
def auditor(copy: str) -> Iterator[Connection]:
    """Lend an auditor's connection to the copy."""
    url = make_url(copy).set(username="t_auditor", password=PASSWORD)
    with connected(url.render_as_string(hide_password=False)) as connection:
        yield connection


def harm(connection: Connection, change: LiteralString, row: LiteralString = TAXI) -> int:
    """Change one transaction that no seal covers; return its number."""
    number = value(connection, f"SELECT {row}")
    assert isinstance(number, int)
    tamper(connection, f"UPDATE ledger.transactions SET {change} WHERE id = {row}")
    return number


def sealed_to(connection: Connection) -> object:
    """Return how far the seals go."""
    return value(connection, "SELECT max(last_id) FROM ledger.seals")


def deep(url: str) -> set[str]:
    """Return the codes that verify finds when it looks below the seals, too."""
    with opened(url) as database:
        return {check.code for check in verify(database, deep=True).checks if not check.passed}


@pytest.mark.parametrize(
    "change",
    [
        "amount = 12", "description = 'A taxi away'", "reference = 'tram'", "reference = NULL",
        "posted_at = posted_at + interval '1 microsecond'", "operator = 't_admin'",
        "effective_at = effective_at - interval '1 day'", f"to_wallet = {REVENUE}",
        "from_wallet = to_wallet, to_wallet = from_wallet",
    ],
)  # fmt: skip
def test_a_change_before_the_seal_stops_it_by_name(copy: str, change: LiteralString) -> None:
    with connected(copy) as connection:
        changed = harm(connection, change)
        before = outcome(connection, SEAL)
        assert (before["status"], before["transaction"]) == ("stopped", changed)
        last = value(connection, f"SELECT max(t.id) FROM ledger.transactions t WHERE t.id < {changed}")
        assert sealed_to(connection) == last == before["sealed_to"]
        again = outcome(connection, SEAL)
        assert (again["status"], again["rows"], again["transaction"]) == ("stopped", 0, changed)
        subject = value(connection, "SELECT subject FROM ledger.audit_events ORDER BY id DESC LIMIT 1")
        assert subject == f"transaction:{changed}"
    assert "transaction.asked" in broken(copy)


def test_a_capture_of_another_amount_stops_it(copy: str) -> None:
    late: LiteralString = """
        (SELECT t.id FROM ledger.transactions t JOIN ledger.reservations r ON r.id = t.reservation_id
         WHERE r.reference = 'late')"""
    with connected(copy) as connection:
        changed = harm(connection, "amount = amount - 1", late)
        assert outcome(connection, SEAL)["transaction"] == changed


def test_a_row_that_no_operation_made_stops_it(copy: str) -> None:
    with connected(copy) as connection:
        tamper(
            connection,
            f"""INSERT INTO ledger.transactions (posted_at, effective_at, kind, from_wallet, to_wallet,
                    amount, from_balance_after, to_balance_after, reference, description, operator, currency)
                SELECT clock_timestamp(), clock_timestamp(), t.kind, t.from_wallet, t.to_wallet,
                    1, 0, 0, 'made', '', t.operator, t.currency
                FROM ledger.transactions t WHERE t.id = {TAXI}""",
        )
        made = value(connection, "SELECT max(id) FROM ledger.transactions")
        found = outcome(connection, SEAL)
        assert (found["status"], found["transaction"], found["code"]) == ("stopped", made, "transaction.made")


def test_what_is_sound_is_sealed_to_the_end(copy: str) -> None:
    with connected(copy) as connection:
        found = outcome(connection, SEAL)
        assert found["status"] == "done"
        assert sealed_to(connection) == value(connection, "SELECT max(id) FROM ledger.transactions")
    assert broken(copy) == {}
    assert deep(copy) == set()


def test_an_auditor_lets_it_pass_with_a_reason_and_verify_names_it_for_ever(
    copy: str, auditor: Connection
) -> None:
    with connected(copy) as connection:
        changed = harm(connection, "amount = 12")
        before = sealed_to(connection)
        call: LiteralString = "acknowledge_transaction"
        assert refused(write(auditor, call, changed, "")) == "reason.empty"
        assert refused(write(auditor, call, changed + 1, REASON)) == "transaction.sound"
        assert refused(write(auditor, call, before, REASON)) == "transaction.sealed"
        assert refused(write(auditor, call, 10**12, REASON)) == "transaction.unknown"
        assert refused(write(auditor, call, None, REASON)) == "transaction.unknown"
        told = done(write(auditor, call, changed, "agreed with the bank"))
        assert (told["acknowledged"], told["code"]) == (changed, "transaction.asked")
        # As it stood then, and no other way.
        tamper(connection, f"UPDATE ledger.transactions SET amount = 13 WHERE id = {TAXI}")
        assert outcome(connection, SEAL)["transaction"] == changed
        tamper(connection, f"UPDATE ledger.transactions SET amount = 12 WHERE id = {TAXI}")
        assert outcome(connection, SEAL)["status"] == "done"
    named = broken(copy)["transaction.acknowledged"]
    assert named.first == f"transaction {changed}"
    assert "agreed with the bank" in f"{named.expected} {named.found}"
    with connected(copy) as connection:
        # The chain has it, too.
        tamper(connection, "DELETE FROM ledger.acknowledgements")
    assert broken(copy)["transaction.acknowledged"].first == f"transaction {changed}"


def test_verify_looks_below_a_seal_when_it_is_asked_to(copy: str) -> None:
    with connected(copy) as connection:
        outcome(connection, SEAL)
        # A superuser who seals by hand what was changed: the digest is of the changed row.
        harm(connection, "amount = 12")
        tamper(
            connection,
            """UPDATE ledger.seals s SET hash = made.hash, digests = made.digests FROM (
                SELECT s.first_id, sha256(string_agg(ledger.transaction_digest(t), '' ORDER BY t.id)) AS hash,
                    string_agg(int8send(t.id) || substr(ledger.transaction_digest(t), 1, 8), '' ORDER BY t.id)
                        AS digests
                FROM ledger.seals s JOIN ledger.transactions t ON t.id BETWEEN s.first_id AND s.last_id
                GROUP BY s.first_id) made WHERE made.first_id = s.first_id""",
        )
    assert "transaction.asked" not in broken(copy)
    assert "transaction.asked" in deep(copy)
