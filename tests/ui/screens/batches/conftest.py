"""The batches, shown on a ledger with a payout's accounts and a draft."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Protocol

import pytest

from console.files.mappings.mapping import load_mapping
from console.ledger.batches.commands import load
from tests.cluster import connected
from tests.ui.parts import CREDITS
from tests.ui.screens.batches.hands import BALANCE, PAYOUT
from ui.kit.table.paged_model import State
from ui.screens.batches.screen import Batches

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.ledger.batches.commands import LoadedBatch
    from console.writes.ledger import Ledger
    from tests.ui.conftest import Contexts
    from ui.context import Context


class Screens(Protocol):
    """Shows the batches of one of tests.cluster.LOGINS."""

    def __call__(self, login: str) -> Batches: ...


@pytest.fixture
def screen(context: Context, qtbot: QtBot) -> Batches:
    """Show the screen once its list was read."""
    return shown(context, qtbot)


@pytest.fixture
def screen_of(context_of: Contexts, qtbot: QtBot) -> Screens:
    """Show the screen of any operator once its list was read."""
    kept: list[Batches] = []

    def show(login: str) -> Batches:
        kept.append(shown(context_of(login), qtbot))
        return kept[-1]

    return show


@pytest.fixture
def payees(open_accounts: Callable[..., None]) -> list[str]:
    """Open the accounts that the sample payout takes from, with money enough."""
    with PAYOUT.open(encoding="utf-8") as file:
        names = [row["username"] for row in csv.DictReader(file)]
    open_accounts(dict.fromkeys(names, BALANCE))
    return names


@pytest.fixture
def draft(operator_ledger: Ledger, context: Context, payees: list[str]) -> LoadedBatch:
    """Load the sample payout as t_operator."""
    mapping = load_mapping(PAYOUT.with_suffix(".mapping.toml"))
    return load(operator_ledger, PAYOUT, mapping, CREDITS, name=f"payout of {len(payees)}")


@pytest.fixture
def rule(as_role: Callable[[str], str]) -> Callable[..., None]:
    """Ask for approvals of batches from an amount on."""

    def ask(checkers: int = 1, *, kind: str = "post_batch", from_amount: int = 0) -> None:
        with connected(as_role("t_admin")) as connection:
            row = connection.execute(
                "SELECT ledger.set_approval_rule(gen_random_uuid(), %s, 'CR', %s, %s::smallint, 'a test') "
                "->> 'status'",
                [kind, from_amount, checkers],
            ).fetchone()
        assert row == ("done",)

    return ask


def shown(context: Context, qtbot: QtBot) -> Batches:
    """Show the batches and wait for the list."""
    made = Batches(context)
    qtbot.addWidget(made)
    made.resize(1232, 820)
    made.show()
    qtbot.waitUntil(lambda: made.list.model.state in {State.EMPTY, State.READY})
    return made
