"""A closed currency: nobody has anything in it, and nothing happens in it until it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, create_batch, post_batch, transfer
from tests.models.books.acts import (
    close,
    correct,
    events,
    is_closed,
    open_account,
    reopen,
    request,
    set_status,
    statuses,
)
from tests.models.writes import (
    REASON,
    done,
    everything,
    grant,
    refused,
    release,
    reserve,
    reverse,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

EUR: Final = "EUR"


@pytest.fixture(autouse=True)
def customers(euro: str, open_accounts: Callable[..., None]) -> None:
    open_accounts({"ann": 100, "ben": 0, "cid": 0, "dan": 0})
    open_accounts({"ann": 0, "ben": 0, "cid": 0, "dan": 0}, EUR)


def overdraft(operator: Connection) -> None:
    done(write(operator, "set_overdraft_limit", "ann", EUR, 100, REASON))


def balance(operator: Connection) -> None:
    done(transfer(operator, "@external", "ann", 1, currency=EUR))


def debt(operator: Connection) -> None:
    overdraft(operator)
    done(transfer(operator, "ann", "@external", 1, currency=EUR))


def credit(operator: Connection) -> None:
    """Leave granted credit, and a balance of zero."""
    overdraft(operator)
    done(grant(operator, "ann", 50, currency=EUR))
    done(transfer(operator, "ann", "@external", 50, currency=EUR))


def hold(operator: Connection) -> None:
    """Leave a hold, and a balance of zero."""
    overdraft(operator)
    done(reserve(operator, "ann", 50, "held", currency=EUR))


@pytest.mark.parametrize(
    ("leave", "has"),
    [(balance, (1, 0, 0)), (debt, (-1, 0, 0)), (credit, (0, 50, 0)), (hold, (0, 0, 50))],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_it_is_not_closed_while_an_account_has_anything(
    operator: Connection,
    admin: Connection,
    boss: Connection,
    leave: Callable[[Connection], None],
    has: tuple[int, int, int],
) -> None:
    leave(operator)
    assert wallet(admin, "ann", EUR) == has
    before = everything(admin)
    found = close(boss, EUR)
    assert (refused(found), found["detail"]) == ("currency.not_empty", {"currency": EUR, "accounts": 1})
    assert everything(admin) == before
    # A frozen account's is somebody's, too.
    done(set_status(operator, "ann", "frozen"))
    assert refused(close(boss, EUR)) == "currency.not_empty"


def test_what_was_given_back_does_not_keep_it_open(operator: Connection, boss: Connection) -> None:
    hold(operator)
    done(release(operator, "held"))
    balance(operator)
    done(transfer(operator, "ann", "@external", 1, currency=EUR))
    assert close(boss, EUR) == {"status": "done", "accounts": 4}


def draft(operator: Connection) -> int:
    return create_batch(operator, [Line(1, "@external", "ann", 5, str(uuid4()))], currency=EUR)


def submitted(operator: Connection) -> int:
    batch = draft(operator)
    return int(done(write(operator, "submit_batch", batch, content_hash(operator, batch), REASON))["request"])


def content_of(connection: Connection, number: int) -> bytes:
    row = connection.execute(
        "SELECT content FROM ledger.approval_requests WHERE id = %s", [number]
    ).fetchone()
    assert row is not None
    return bytes(row[0])


@pytest.mark.parametrize("approved", [False, True], ids=["waiting", "approved"])
@pytest.mark.parametrize("ask", [submitted, lambda c: request(c, EUR)], ids=["batch", "request"])
def test_it_is_not_closed_while_something_waits(
    operator: Connection,
    admin: Connection,
    boss: Connection,
    connect: Callable[[str], Connection],
    *,
    ask: Callable[[Connection], int],
    approved: bool,
) -> None:
    number = ask(operator)
    checker = connect("t_approver")
    if approved:
        done(write(checker, "approve_request", number, content_of(admin, number), ""))
    before = everything(admin)
    assert refused(close(boss, EUR)) == "currency.waiting"
    assert everything(admin) == before
    done(write(checker, "reject_request", number, REASON))
    done(close(boss, EUR))


def test_a_draft_stays_and_nobody_posts_it_before_the_currency_is_open_again(
    operator: Connection, boss: Connection
) -> None:
    """Its maker may have left, and nobody else may discard it."""
    batch = draft(operator)
    done(close(boss, EUR))
    assert refused(post_batch(operator, batch)) == "currency.closed"
    problems = operator.execute("SELECT DISTINCT code FROM ledger.batch_problems(%s)", [batch]).fetchall()
    assert problems == [("currency.closed",)]
    done(reopen(boss, EUR))
    done(post_batch(operator, batch))


def test_nothing_happens_in_a_closed_currency(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    paid = done(transfer(operator, "@external", "ann", 5, currency=EUR))["transaction"]
    done(transfer(operator, "ann", "@external", 5, currency=EUR))
    moved = done(transfer(operator, "@external", "@suspense", 5, currency=EUR))["transaction"]
    batch = create_batch(operator, [Line(1, "@external", "ann", 7, "b-1")], currency=EUR)
    done(post_batch(operator, batch))
    systems = create_batch(operator, [Line(1, "@external", "@suspense", 7, "b-2")], currency=EUR)
    done(post_batch(operator, systems))
    done(transfer(operator, "ann", "@external", 7, currency=EUR))
    done(close(boss, EUR))
    before = everything(admin)
    pay = {"from": "@external", "to": "@suspense", "currency": EUR, "amount": 5}
    credit_to = {"username": "ann", "currency": EUR, "amount": 5, "source": "promo"}
    attempts: dict[str, Callable[[Connection], dict[str, Any]]] = {
        "open an account": lambda c: open_account(c, "new", EUR),
        "open a wallet for one there is": lambda c: open_account(c, "ann", EUR),
        "transfer": lambda c: transfer(c, "ann", "ben", 1, currency=EUR),
        "deposit": lambda c: transfer(c, "@external", "ann", 1, currency=EUR),
        "payout": lambda c: transfer(c, "ann", "@external", 1, currency=EUR),
        "between system accounts": lambda c: transfer(c, "@external", "@suspense", 1, currency=EUR),
        "reserve": lambda c: reserve(c, "ann", 1, "late", currency=EUR),
        "grant": lambda c: grant(c, "ann", 1, currency=EUR),
        "grant that expires": lambda c: grant(c, "ann", 1, 1, currency=EUR),
        "reversal": lambda c: reverse(c, paid),
        "reversal between system accounts": lambda c: reverse(c, moved),
        "reversal of a batch": lambda c: write(c, "reverse_batch", batch, "all", REASON),
        "reversal of a batch of system accounts": lambda c: write(c, "reverse_batch", systems, "all", REASON),
        "what there is of a batch of system accounts": lambda c: write(
            c, "reverse_batch", systems, "available", REASON
        ),
        "ask for a transfer": lambda c: write(c, "submit_request", "transfer", Jsonb(pay), REASON),
        "ask for a grant": lambda c: write(c, "submit_request", "grant_credit", Jsonb(credit_to), REASON),
    }
    for name, attempt in attempts.items():
        for connection in (operator, boss):
            found = attempt(connection)
            assert (name, found.get("code")) == (name, "currency.closed")
            assert found["detail"] == {"currency": EUR}, name
    # Of what the customers of a batch have, there is nothing to take.
    assert refused(write(operator, "reverse_batch", batch, "available", REASON)) == "reversal.nothing"
    with pytest.raises(psycopg.DatabaseError) as raised:
        create_batch(operator, currency=EUR)
    assert (raised.value.sqlstate, raised.value.diag.message_primary) == ("LG001", "currency.closed")
    assert everything(admin) == before
    done(write(operator, "sweep", 10))
    # Another currency of the same accounts goes on.
    done(transfer(operator, "ann", "ben", 1))


def test_the_same_is_allowed_once_it_is_opened_again(operator: Connection, boss: Connection) -> None:
    done(close(boss, EUR))
    done(reopen(boss, EUR))
    done(open_account(operator, "new", EUR))
    done(transfer(operator, "@external", "ann", 9, currency=EUR))
    done(transfer(operator, "ann", "new", 2, currency=EUR))
    done(transfer(operator, "@external", "@suspense", 1, currency=EUR))
    done(reserve(operator, "ann", 1, "late", currency=EUR))
    done(grant(operator, "ben", 1, currency=EUR))
    done(post_batch(operator, draft(operator)))


@pytest.mark.parametrize("create_missing", [False, True])
def test_a_batch_that_was_there_opens_no_account_in_it(
    operator: Connection, admin: Connection, *, create_missing: bool
) -> None:
    """Closed by hand, past the function that would have refused it: the batch asks the currency itself."""
    lines = [Line(1, "@external", "new" if create_missing else "@suspense", 5, "b-1")]
    batch = create_batch(operator, lines, create_missing=create_missing, currency=EUR)
    admin.execute("UPDATE ledger.currencies SET closed_at = now() WHERE code = 'EUR'")
    before = everything(admin)
    assert refused(post_batch(operator, batch)) == "currency.closed"
    assert everything(admin) == before


def test_a_closed_wallet_stays_so_whatever_becomes_of_its_account(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    done(set_status(operator, "dan", "frozen"))
    done(close(boss, EUR))
    assert set(statuses(admin, EUR).values()) == {"closed"}
    done(set_status(operator, "dan", "active"))
    done(set_status(operator, "ben", "frozen"))
    done(set_status(operator, "cid", "closed"))
    assert set(statuses(admin, EUR).values()) == {"closed"}
    assert statuses(admin, "CR") == {"ann": "active", "ben": "frozen", "cid": "closed", "dan": "active"}
    assert refused(transfer(operator, "@external", "dan", 1, currency=EUR)) == "currency.closed"
    assert reopen(boss, EUR) == {"status": "done", "accounts": 3}
    assert statuses(admin, EUR) == statuses(admin, "CR")
    assert refused(transfer(operator, "@external", "ben", 1, currency=EUR)) == "account.inactive"
    done(transfer(operator, "@external", "dan", 1, currency=EUR))


def test_what_is_frozen_before_stays_frozen_after(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    done(set_status(operator, "ben", "frozen"))
    done(close(boss, EUR))
    done(reopen(boss, EUR))
    assert statuses(admin, EUR) == {"ann": "active", "ben": "frozen", "cid": "active", "dan": "active"}


def test_closing_and_opening_twice_is_refused(admin: Connection, boss: Connection) -> None:
    before = everything(admin)
    assert refused(reopen(boss, EUR)) == "currency.open"
    assert everything(admin) == before
    done(close(boss, EUR))
    before = everything(admin)
    found = close(boss, EUR)
    assert (refused(found), found["detail"]) == ("currency.closed", {"currency": EUR})
    assert everything(admin) == before
    done(reopen(boss, EUR))
    assert refused(reopen(boss, EUR)) == "currency.open"
    assert not is_closed(admin, EUR)
    for function in ("close_currency", "reopen_currency"):
        assert refused(write(boss, function, "XXX", REASON)) == "currency.unknown"
        assert refused(write(boss, function, None, REASON)) == "currency.unknown"
        for reason in (None, "", "  ", "ab", "two\nlines", "x" * 501):
            assert refused(write(boss, function, EUR, reason)) in {"reason.empty", "text.character"}


def test_an_answer_asked_for_again_closes_nothing(admin: Connection, boss: Connection) -> None:
    key = uuid4()
    first = done(close(boss, EUR, key))
    done(reopen(boss, EUR))
    assert close(boss, EUR, key) == first
    assert not is_closed(admin, EUR)
    with pytest.raises(psycopg.DatabaseError) as raised:
        reopen(boss, EUR, key)
    assert raised.value.sqlstate == "LG002"


def test_each_is_in_the_audit(admin: Connection, boss: Connection) -> None:
    done(close(boss, EUR))
    refused(close(boss, EUR))
    done(reopen(boss, EUR))
    assert events(admin, "currency:EUR")[1:] == [
        ("t_admin", "close_currency", "done", REASON),
        ("t_admin", "close_currency", "refused", REASON),
        ("t_admin", "reopen_currency", "done", REASON),
    ]


def test_a_currency_without_accounts_is_closed_and_corrected_too(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    admin.execute("SELECT ledger.add_currency('NEW', 2::smallint)")
    assert close(boss, "NEW") == {"status": "done", "accounts": 0}
    assert refused(transfer(operator, "@external", "@suspense", 1, currency="NEW")) == "currency.closed"
    done(correct(boss, "NEW", 4))
    # Adding it again does not open it.
    admin.execute("SELECT ledger.add_currency('NEW', 4::smallint)")
    assert is_closed(admin, "NEW")


def test_no_request_waits_in_a_closed_currency(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    """close_currency refuses while one waits, so none may be made afterwards."""
    done(close(boss, EUR))
    wanted = {"username": "ann", "currency": EUR, "limit": 50, "reason": REASON}
    found = write(operator, "submit_request", "set_overdraft_limit", Jsonb(wanted), REASON)
    assert refused(found) == "currency.closed"
