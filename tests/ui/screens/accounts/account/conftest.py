"""A customer with credit, holds, notes and movements, on a real ledger, and the page that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.cluster import connected
from ui.screens.accounts.account.page import AccountPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.context import Context

NOOR = "noor.a"


class Pages(Protocol):
    """Shows an account's page once it was read, or once it was not."""

    def __call__(
        self, username: str = NOOR, currency: str = "", *, shown_in: Context | None = None
    ) -> AccountPage: ...


@pytest.fixture
def noor(open_accounts: Callable[..., None], as_role: Callable[[str], str]) -> str:
    """Open an account with 641.60 CR available of 791.60 CR, and what a page can show of one."""
    open_accounts({NOOR: 64_160, "greta.l": 20_000})
    with connected(as_role("t_operator")) as ledger:
        for source, amount, days in (("goodwill", 5_000, 10), ("winter sale", 10_000, 40)):
            ledger.execute(
                "SELECT ledger.grant_credit(gen_random_uuid(), %s, 'CR', %s, %s, "
                "date_trunc('minute', now()) + make_interval(days => %s))",
                [NOOR, amount, source, days],
            )
        for reference, amount in (("order 1", 10_000), ("order 2", 5_000), ("order 3", 700)):
            ledger.execute(
                "SELECT ledger.reserve(gen_random_uuid(), %s, 'CR', %s, %s, NULL, 'a bicycle')",
                [NOOR, amount, reference],
            )
        ledger.execute("SELECT ledger.release(gen_random_uuid(), 'order 3', 'it was called off')")
        ledger.execute("SELECT ledger.add_note(gen_random_uuid(), %s, 'called about a refund')", [NOOR])
    return NOOR


@pytest.fixture
def moved(noor: str, as_role: Callable[[str], str]) -> str:
    """Let the account receive, send twice alike, and be captured from; 670.27 CR are left."""
    with connected(as_role("t_operator")) as ledger:
        for sender, receiver, amount, reference in (
            ("greta.l", noor, 4_068, "Lunch"), (noor, "greta.l", 3_145, "Taxi"),
            (noor, "greta.l", 3_145, "Taxi again"),
        ):  # fmt: skip
            ledger.execute(
                "SELECT ledger.transfer(gen_random_uuid(), %s, %s, 'CR', %s, %s)",
                [sender, receiver, amount, reference],
            )
        ledger.execute(
            "SELECT ledger.capture(gen_random_uuid(), 'order 1', 9911, '@revenue', 'order 767111')"
        )
    return noor


@pytest.fixture
def page_of(context: Context, qtbot: QtBot) -> Pages:
    """Show the page of any account."""

    def show(username: str = NOOR, currency: str = "", *, shown_in: Context | None = None) -> AccountPage:
        made = AccountPage(shown_in or context, username, currency)
        qtbot.addWidget(made)
        context.theme.dress(made)
        made.resize(1188, 780)
        made.show()
        made.reload()
        qtbot.waitUntil(lambda: made.reading is not None or bool(made.trouble))
        return made

    return show


@pytest.fixture
def page(noor: str, page_of: Pages) -> AccountPage:
    """Show the customer's page."""
    return page_of(noor)
