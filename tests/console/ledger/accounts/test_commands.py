"""Manual changes of accounts as calls: one statement each, done once, never without a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import RefusedError, StatementError
from console.ledger.accounts import commands as accounts
from console.ledger.accounts.commands import OverdraftLimit
from console.ledger.accounts.notes import add_note
from console.ledger.transactions.transfer import transfer
from models.account import AccountStatus
from tests.bookkeeping import assert_adds_up, balances
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.writes.ledger import Ledger
    from tests.conftest import Statements

WHY = "ticket 12"


@pytest.fixture(autouse=True)
def books(ledger_url: str) -> Iterator[None]:
    yield
    with connected(ledger_url) as admin:
        assert_adds_up(admin)


def test_an_account_lives_from_opening_to_closing(
    operator_ledger: Ledger, statements: Statements, ledger_url: str
) -> None:
    ledger, key = operator_ledger, uuid4()
    ledger.database.session_facts()
    with statements.counted() as sent:
        opened = accounts.open(ledger, "dora", CURRENCY, reason=WHY, display_name="Dora", key=key)
    assert len(sent) == 1
    assert accounts.open(ledger, "dora", CURRENCY, reason=WHY, display_name="Dora", key=key) == opened
    with statements.counted() as sent:
        allowed = accounts.set_overdraft_limit(ledger, OverdraftLimit("dora", CURRENCY, 2**40, WHY))
    assert (len(sent), allowed.before, allowed.after) == (1, 0, 2**40)
    transfer(ledger, payer="dora", payee="@revenue", currency=CURRENCY, amount=2**40)
    with connected(ledger_url) as admin:
        assert balances(admin) == {"dora": -(2**40)}
    with pytest.raises(RefusedError) as refused:
        accounts.set_status(ledger, "dora", AccountStatus.CLOSED, reason=WHY)
    assert refused.value.code == "account.not_empty"
    transfer(ledger, payer="@external", payee="dora", currency=CURRENCY, amount=2**40)
    with statements.counted() as sent:
        frozen = accounts.set_status(ledger, "dora", AccountStatus.FROZEN, reason=WHY)
    assert (len(sent), frozen.before, frozen.after) == (1, AccountStatus.ACTIVE, AccountStatus.FROZEN)
    with statements.counted() as sent:
        noted = add_note(ledger, "dora", "called twice\nthen wrote")
    assert len(sent) == 1
    assert add_note(ledger, "dora", "called twice\nthen wrote", key=noted.key) == noted
    closed = accounts.set_status(ledger, "dora", AccountStatus.CLOSED, reason=WHY)
    assert closed.after is AccountStatus.CLOSED


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [
        ("dora", " ", "reason.empty"),
        ("dora", "why\u202e not", "text.character"),
        ("No Name", WHY, "user.grammar"),
        ("@mine", WHY, "user.grammar"),
        ("@revenue", WHY, "user.grammar"),
    ],
)
def test_an_account_that_cannot_be_opened_says_why(
    operator_ledger: Ledger, name: str, reason: str, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        accounts.open(operator_ledger, name, CURRENCY, reason=reason)
    assert refused.value.code == code


def test_an_unknown_currency_or_account_is_refused(operator_ledger: Ledger) -> None:
    with pytest.raises(RefusedError, match="no such currency"):
        accounts.open(operator_ledger, "dora", "EUR", reason=WHY)
    with pytest.raises(RefusedError, match="no customer has an account"):
        add_note(operator_ledger, "dora", "she left")
    accounts.open(operator_ledger, "dora", CURRENCY, reason=WHY)
    with pytest.raises(RefusedError, match="an account of this name"):
        accounts.open(operator_ledger, "dora", CURRENCY, reason=WHY)


def test_a_key_is_for_one_content_only(operator_ledger: Ledger) -> None:
    opened = accounts.open(operator_ledger, "dora", CURRENCY, reason=WHY)
    with pytest.raises((RefusedError, StatementError)) as raised:
        accounts.open(operator_ledger, "emil", CURRENCY, reason=WHY, key=opened.key)
    assert str(opened.key) in str(raised.value)
