"""Reversals by command: one transaction, a part of it, and a batch by each policy."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.console.cli.conftest import Run

JSON = ("--format", "json")
WHY = ("--reason", "wrong file, ticket 7")


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"anna": 10_000, "bert": 0, "carla": 0})


def paid(ledgerctl: Run, payer: str, payee: str, amount: str, reference: str) -> int:
    done = ledgerctl(
        *JSON, "transfer", "--from", payer, "--to", payee, "--amount", amount, "--reference", reference
    )
    assert done.code == 0, done.err
    number: int = done.data["transaction"]
    return number


def balances(ledgerctl: Run) -> dict[str, str]:
    rows = ledgerctl(*JSON, "balances", "anna", "bert", "carla").data
    return {row["account"]: row["balance"] for row in rows}


def posted_batch(ledgerctl: Run, folder: Path) -> str:
    file = folder / "pay.csv"
    file.write_text("from,to,amount,reference\nanna,bert,60.00,a\nanna,carla,30.00,b\n")
    ledgerctl("mapping", "suggest", str(file), "--save", "pay")
    number = str(ledgerctl(*JSON, "batch", "load", str(file), "--mapping", "pay").data["batch"])
    assert ledgerctl("batch", "post", number).code == 0
    return number


def test_a_transaction_is_given_back_in_parts(ledgerctl: Run) -> None:
    number = str(paid(ledgerctl, "anna", "bert", "20", "r-1"))
    key = str(uuid4())
    more = ledgerctl("reverse", "transaction", number, "--amount", "20.01", *WHY)
    assert more.err.startswith("Refused: it moved 20.00 CR and no more.")
    words = (*JSON, "reverse", "transaction", number, "--amount", "5.50", *WHY, "--key", key)
    done = ledgerctl(*words)
    assert (done.data["reverses"], done.data["amount"]) == (int(number), "5.50")
    assert ledgerctl(*words).data == done.data
    assert balances(ledgerctl) == {"anna": "85.50", "bert": "14.50", "carla": "0.00"}
    assert (done.data["part"], done.data["left"]) == (1, "14.50")
    more = ledgerctl("reverse", "transaction", number, "--amount", "14.51", *WHY)
    assert more.err.startswith("Refused: it moved 20.00 CR, and 14.50 CR of that is left to be given back.")
    rest = ledgerctl(*JSON, "reverse", "transaction", number, *WHY, "--ticket", "ZD-4711")
    assert (rest.data["part"], rest.data["amount"], rest.data["left"]) == (2, "14.50", "0.00")
    (listed,) = ledgerctl(*JSON, "transactions", "--ticket", "zd-4711").data
    assert (listed["reverses"], listed["part"], listed["ticket"]) == (int(number), 2, "ZD-4711")
    assert listed["reason"] == WHY[1]
    (original,) = ledgerctl(*JSON, "transactions", "--id", number).data
    assert (original["reversed_by"], original["reversed"], original["left"]) == (
        listed["id"], "20.00", "0.00",
    )  # fmt: skip
    again = ledgerctl("reverse", "transaction", number, *WHY)
    assert (again.code, again.err.startswith("Refused: all of it was given back already")) == (1, True)
    of_it = ledgerctl("reverse", "transaction", str(done.data["transaction"]), *WHY)
    assert of_it.err.startswith("Refused: this is a reversal itself")
    unknown = ledgerctl("reverse", "transaction", "999999", *WHY)
    assert (unknown.code, unknown.err) == (2, "There is no transaction 999999.\n")
    assert ledgerctl("reverse", "transaction", number).code == 2


def test_a_batch_is_checked_rehearsed_and_reversed_as_far_as_there_is_money(
    ledgerctl: Run, tmp_path: Path
) -> None:
    number = posted_batch(ledgerctl, tmp_path)
    fine = ledgerctl("reverse", "batch", number, "--check")
    assert (fine.code, "can be reversed in full" in fine.err) == (0, True)
    paid(ledgerctl, "bert", "@revenue", "45", "spent")
    before = balances(ledgerctl)
    check = ledgerctl(*JSON, "reverse", "batch", number, "--check")
    assert check.code == 1
    assert [(row["account"], row["code"], row["amount"], row["short"]) for row in check.data] == [
        ("bert", "funds.short", "60.00", "45.00")
    ]
    whole = ledgerctl("reverse", "batch", number, "--policy", "all", *WHY)
    assert (whole.code, whole.err.startswith("Refused: the money does not reach")) == (1, True)
    rehearsed = ledgerctl(*JSON, "reverse", "batch", number, "--policy", "available", "--dry-run")
    assert {row["account"]: (row["change"], row["lines"]) for row in rehearsed.data} == {
        "anna": ("45.00", 2), "bert": ("-15.00", 1), "carla": ("-30.00", 1),
    }  # fmt: skip
    assert balances(ledgerctl) == before
    for wrong in (
        ("--policy", "available"), WHY, ("--check", "--dry-run"), ("--policy", "some", *WHY),
    ):  # fmt: skip
        assert ledgerctl("reverse", "batch", number, *wrong).code == 2
    done = ledgerctl(*JSON, "reverse", "batch", number, "--policy", "available", *WHY)
    assert done.code == 0, done.err
    assert (done.data["total"], done.data["short"], done.data["lines"]) == ("45.00", "45.00", 2)
    assert balances(ledgerctl) == {"anna": "55.00", "bert": "0.00", "carla": "0.00"}
    rest = ledgerctl(*JSON, "reverse", "batch", number, "--rest").data
    assert [(row["account"], row["code"], row["amount"], row["short"]) for row in rest] == [
        ("bert", "funds.short", "45.00", "45.00")
    ]
    paid(ledgerctl, "anna", "bert", "50", "back")
    again = ledgerctl(*JSON, "reverse", "batch", number, "--policy", "all", *WHY)
    assert (again.data["total"], again.data["short"]) == ("45.00", "0.00")
    again = ledgerctl("reverse", "batch", number, "--policy", "all", *WHY)
    assert again.err.startswith("Refused: all of it was given back already, last by t_operator at 20")
    assert ledgerctl(*JSON, "reverse", "batch", number, "--rest").data == []
    listed = ledgerctl(*JSON, "batch", "list").data
    assert [row["status"] for row in listed] == ["reversed"]
