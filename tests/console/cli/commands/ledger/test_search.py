"""Search by command: what is found as data, what was looked through in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Run
    from tests.operators import Staff


def test_what_is_found_is_a_list_of_any_format(ledgerctl: Run, open_accounts: Callable[..., None]) -> None:
    open_accounts({"kofi.amrani": 1_250, "kofi.b": 1_250})
    found = ledgerctl("--format", "json", "search", "AMR", role="t_viewer")
    assert (found.code, found.err) == (0, "")
    (row,) = found.data
    assert (row["kind"], row["account"], row["exact"], row["amount"]) == ("account", "kofi.amrani", "", None)
    amount = ledgerctl("--format", "csv", "search", "12.50", role="t_viewer")
    assert amount.out.splitlines()[1:] == ["amount,yes,,,,,,12.50,CR,2,"]


def test_an_auditor_finds_operators_and_others_look_for_none(ledgerctl: Run, staff: Staff) -> None:
    name = staff.hire("support")
    (row,) = ledgerctl("--format", "json", "search", name, role="t_auditor").data
    assert (row["kind"], row["name"], row["exact"], row["sessions"]) == ("operator", name, "yes", 0)
    none = ledgerctl("search", name, role="t_viewer")
    assert (none.code, none.err) == (0, "Nothing found in accounts, transactions, batches and holds.\n")


def test_what_was_looked_through_and_that_there_is_more_is_said(
    ledgerctl: Run, open_accounts: Callable[..., None]
) -> None:
    open_accounts({f"pay.{number}": 0 for number in range(6)})
    many = ledgerctl("search", "pay")
    assert (many.code, many.out.count("pay.")) == (0, 10)
    assert many.err == "There are more accounts than these; write more of the name.\n"
    none = ledgerctl("search", "12.5")
    assert none.code == 0
    assert none.err == "Nothing found in accounts, transactions, amounts, batches and holds.\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 10_000, "no name has more than 254 characters"),
        ("x" * 1_000_000, "no name has more than 254 characters"),
        *((text, "write a text") for text in ("a\u202eb", "a\x07b", "\0", "a\nb", "\udcff", "", "  ")),
    ],
)
def test_what_nothing_can_be_called_is_asked_wrongly(ledgerctl: Run, text: str, words: str) -> None:
    refused = ledgerctl("search", text)
    assert (refused.code, refused.out) == (2, "")
    assert words in refused.err
    assert refused.err.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["%", "_", "'", '"', "\\", "<b>x</b>", "'; DROP TABLE ledger.users; --", ":name"]
)
def test_what_is_hostile_finds_nothing(ledgerctl: Run, open_accounts: Callable[..., None], text: str) -> None:
    open_accounts({"kofi.amrani": 1_250})
    done = ledgerctl("--format", "json", "search", text)
    assert (done.code, done.data) == (0, [])
    assert done.err.startswith("Nothing found in accounts, ")
