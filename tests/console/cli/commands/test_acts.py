"""Acts by hand by command: tickets, metadata, allowances, what a draft takes of an earlier batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.console.cli.conftest import Run

JSON: Final = ("--format", "json")
WHY: Final = ("--reason", "charged twice")
PAID: Final = ("transfer", "--from", "@external", "--to", "anna", "--amount", "20", "--reference", "r-1")


@pytest.fixture(autouse=True)
def accounts(ledgerctl: Run) -> None:
    for name in ("anna", "bert"):
        assert ledgerctl("account", "open", name, *WHY, "--ticket", "ZD-1").code == 0


def test_a_ticket_is_kept_and_found(ledgerctl: Run) -> None:
    assert ledgerctl(*PAID, "--ticket", "ZD-4711").code == 0
    (row,) = ledgerctl(*JSON, "transactions", "--ticket", "zd-4711").data
    assert (row["to"], row["ticket"], row["reverses"]) == ("anna", "ZD-4711", None)
    assert ledgerctl(*JSON, "transactions", "--ticket", "ZD-471").data == []
    wrong = ledgerctl(*PAID[:-1], "r-2", "--ticket", "x" * 65)
    assert wrong.err.startswith("Refused: a ticket has 1 to 64 characters")


def test_metadata_are_set_and_taken_away(ledgerctl: Run) -> None:
    done = ledgerctl(*JSON, "account", "metadata", "anna", "--set", "crm=4711", "--set", "tier=gold", *WHY)
    assert done.data["names"] == "crm, tier"
    assert ledgerctl("account", "metadata", "anna", "--set", "tier=", *WHY).code == 0
    for wrong in ("crm", "=4711"):
        assert ledgerctl("account", "metadata", "anna", "--set", wrong, *WHY).code == 2


def test_an_allowance_is_set_listed_and_taken_away(ledgerctl: Run) -> None:
    of = ("allowance", "set", "ledger_support", "--kind", "grant_credit", *WHY)
    assert ledgerctl(*of, "--at-once", "5", "--a-day", "20", role="t_admin").code == 0
    (row,) = ledgerctl(*JSON, "allowance", "list").data
    assert (row["holder"], row["kind"], row["at_once"], row["a_day"]) == (
        "ledger_support", "grant_credit", "5.00", "20.00",
    )  # fmt: skip
    for wrong in ((), ("--at-once", "5"), ("--remove", "--at-once", "5", "--a-day", "5")):
        assert ledgerctl(*of, *wrong, role="t_admin").code == 2
    less = ledgerctl(*of, "--at-once", "5", "--a-day", "4", role="t_admin")
    assert less.err.startswith("Refused: an allowance is above zero")
    assert ledgerctl("allowance", "set", "x", "--kind", "transfer", "--remove", *WHY).code == 2
    assert ledgerctl(*of, "--remove", role="t_admin").code == 0
    assert ledgerctl(*JSON, "allowance", "list").data == []


def test_a_draft_takes_what_an_earlier_batch_did_not_get_back(ledgerctl: Run, tmp_path: Path) -> None:
    file = tmp_path / "pay.csv"

    def loaded(line: str) -> str:
        file.write_text(f"from,to,amount,reference\n{line}\n")
        ledgerctl("mapping", "suggest", str(file), "--save", "pay")
        return str(ledgerctl(*JSON, "batch", "load", str(file), "--mapping", "pay").data["batch"])

    first = loaded("@external,bert,80.00,a")
    assert ledgerctl("batch", "post", first).code == 0
    spent = ("transfer", "--from", "bert", "--to", "@revenue", "--amount", "50", "--reference", "spent")
    assert ledgerctl(*spent).code == 0
    assert ledgerctl("batch", "offset", first, first).code == 1
    assert ledgerctl("reverse", "batch", first, "--policy", "available", *WHY).code == 0
    second = loaded("@external,bert,60.00,b")
    done = ledgerctl("batch", "offset", second, first)
    assert done.err == f"Batch {second} takes what is left of batch {first} when it is posted.\n"
    assert ledgerctl("batch", "offset", second, first, "--off").code == 0
    assert ledgerctl("batch", "offset", second, first).code == 0
    posted = ledgerctl("batch", "post", second)
    assert posted.code == 0, posted.err
    assert ledgerctl(*JSON, "reverse", "batch", first, "--rest").data == []
    (row,) = ledgerctl(*JSON, "balances", "bert").data
    assert row["balance"] == "10.00"
