"""Credit and holds by command: granted, held, captured over lots, released, swept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Run

JSON = ("--format", "json")
SOON, LATER = "2999-01-01", "2999-06-01"


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"anna": 1_000, "bert": 0})


def granted(ledgerctl: Run, amount: str, source: str, *more: str) -> None:
    done = ledgerctl("credit", "grant", "anna", "--amount", amount, "--source", source, *more)
    assert done.code == 0, done.err


def age(url: str, table: str, condition: str) -> None:
    """Let an hour and a bit pass for the rows that match: nobody waits for an expiry."""
    with connected(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            f"UPDATE ledger.{table} SET created_at = created_at - interval '2 hours', "
            f"expires_at = clock_timestamp() - interval '1 hour' WHERE {condition}".encode()
        )


def test_credit_is_granted_held_previewed_and_captured_in_burn_order(ledgerctl: Run) -> None:
    granted(ledgerctl, "3", "late", "--expires", LATER)
    granted(ledgerctl, "2", "soon", "--expires", SOON)
    shown = ledgerctl(*JSON, "credit", "show", "anna").data
    assert (shown["balance"], shown["granted"], shown["transferable"]) == ("15.00", "5.00", "10.00")
    held = ledgerctl(*JSON, "hold", "reserve", "Anna", "--amount", "12", "--reference", "h-1")
    assert (held.data["reference"], held.data["available_after"]) == ("h-1", "3.00")
    lots = ledgerctl(*JSON, "credit", "lots", "anna").data
    assert [(lot["source"], lot["held"]) for lot in lots] == [("soon", "2.00"), ("late", "3.00")]
    plan = ledgerctl(*JSON, "hold", "preview", "h-1", "--amount", "6").data
    assert [(row["source"], row["burned"], row["remaining_after"]) for row in plan] == [
        ("soon", "2.00", "0.00"), ("late", "3.00", "0.00"), (None, "1.00", "9.00"),
    ]  # fmt: skip
    key = str(uuid4())
    words = (*JSON, "hold", "capture", "h-1", "--amount", "6", "--key", key)
    taken = ledgerctl(*words)
    assert (taken.data["captured"], taken.data["released"], taken.data["lots"]) == ("6.00", "6.00", 2)
    assert ledgerctl(*words).data == taken.data
    late = ledgerctl("hold", "capture", "h-1")
    assert late.code == 1
    assert late.err.startswith("Refused: the hold was captured by t_operator at 20")
    listed = ledgerctl(*JSON, "hold", "list", "--user", "anna").data
    assert [(row["status"], row["amount"], row["captured"]) for row in listed] == [
        ("captured", "12.00", "6.00")
    ]
    assert ledgerctl("hold", "preview", "h-1").err.startswith("The hold has ended")


def test_a_hold_is_extended_and_released_by_support(ledgerctl: Run) -> None:
    words = ("hold", "reserve", "anna", "--amount", "5", "--reference", "h-1", "--expires", SOON)
    assert ledgerctl(*words, role="t_support").code == 1
    assert ledgerctl(*words).code == 0
    again = ledgerctl(*words)
    assert (again.code, "a hold of this reference was made already" in again.err) == (1, True)
    why = ("--reason", "they asked")
    assert ledgerctl("hold", "extend", "h-1", *why).code == 2
    past = ledgerctl("hold", "extend", "h-1", "--expires", "2001-01-01", *why)
    assert (past.code, past.err.startswith("Refused: this moment is past")) == (1, True)
    extended = ledgerctl(*JSON, "hold", "extend", "h-1", "--expires", LATER, *why, role="t_support").data
    # A date is the end of that day; people read it so, programs the moment.
    assert (extended["before"][:19], extended["expires_at"][:19]) == (
        "2999-01-02T00:00:00",
        "2999-06-02T00:00:00",
    )
    assert "end of 1 Jun 2999" in ledgerctl("hold", "list").out
    assert ledgerctl(*JSON, "hold", "extend", "h-1", "--never", *why).data["expires_at"] is None
    let_go = ledgerctl(*JSON, "hold", "release", "h-1", *why, role="t_support")
    assert let_go.data["released"] == "5.00"
    late = ledgerctl("hold", "capture", "h-1")
    assert late.err.startswith("Refused: the hold was released by t_support at 20")
    more = ledgerctl("hold", "capture", "nothing-of-this-name")
    assert (more.code, more.err) == (2, "There is no hold of reference 'nothing-of-this-name'.\n")


def test_holds_are_listed_by_view_from_either_end(ledgerctl: Run, ledger_url: str) -> None:
    for number in range(4):
        words = ("hold", "reserve", "anna", "--amount", "1", "--reference", f"h-{number}", "--expires", SOON)
        assert ledgerctl(*words).code == 0
    age(ledger_url, "reservations", "reference = 'h-1'")
    assert ledgerctl("hold", "release", "h-2", "--reason", "they asked").code == 0

    def listed(*words: str) -> list[str]:
        return [row["reference"] for row in ledgerctl(*JSON, "hold", "list", *words).data]

    assert listed("--view", "active") == ["h-3", "h-0", "h-1"]
    assert listed("--view", "active", "--oldest") == ["h-1", "h-0", "h-3"]
    assert listed("--view", "overdue") == ["h-1"]
    assert listed("--view", "older") == []
    assert listed("--view", "mine", "--oldest") == ["h-1", "h-0", "h-3"]
    assert listed("--view", "ended") == ["h-2"]
    assert listed("--oldest", "--limit", "1") == ["h-1"]
    wrong = ledgerctl("hold", "list", "--view", "lost")
    assert (wrong.code, "--view" in wrong.err) == (2, True)


def test_more_than_is_held_is_refused_with_the_amount(ledgerctl: Run) -> None:
    assert ledgerctl("hold", "reserve", "anna", "--amount", "7.50", "--reference", "h-1").code == 0
    done = ledgerctl("hold", "capture", "h-1", "--amount", "7.51")
    assert done.err.startswith("Refused: the hold is of 7.50 CR only.")
    short = ledgerctl("hold", "reserve", "anna", "--amount", "2.51", "--reference", "h-2")
    assert short.err.startswith("Refused: the money does not reach.")


def test_a_sweep_is_rehearsed_and_done(ledgerctl: Run, ledger_url: str) -> None:
    granted(ledgerctl, "3", "old", "--expires", SOON)
    granted(ledgerctl, "4", "kept")
    assert ledgerctl("hold", "reserve", "bert", "--amount", "1", "--reference", "h-0").code == 1
    words = ("hold", "reserve", "anna", "--amount", "1", "--reference", "h-1", "--expires", SOON)
    assert ledgerctl(*words).code == 0
    age(ledger_url, "reservations", "reference = 'h-1'")
    age(ledger_url, "credit_lots", "source = 'old'")
    assert ledgerctl(*JSON, "credit", "show", "anna").data["expired"] == "2.00", "the hold keeps 1.00"
    due = ledgerctl(*JSON, "hold", "list", "--past-due").data
    assert [row["status"] for row in due] == ["past due"]
    rehearsed = ledgerctl(*JSON, "sweep", "--dry-run")
    assert (rehearsed.data["holds"], rehearsed.data["lots"], rehearsed.data["expired"]) == (1, 1, "3.00 CR")
    assert "rolled back" in rehearsed.err
    assert ledgerctl("sweep", "--all", "--dry-run").code == 2
    swept = ledgerctl(*JSON, "sweep", "--all")
    assert (swept.data["holds"], swept.data["lots"], swept.data["more"]) == (1, 1, "no")
    after = ledgerctl(*JSON, "credit", "show", "anna").data
    assert (after["balance"], after["granted"], after["reserved"]) == ("14.00", "4.00", "0.00")
    late = ledgerctl("hold", "capture", "h-1")
    assert late.err.startswith("Refused: the hold was ended after its time by t_operator at 20")


def test_credits_of_any_number_are_listed_in_the_order_asked(ledgerctl: Run) -> None:
    done = ledgerctl(*JSON, "credit", "list", "bert", "nobody", "ANNA")
    assert [(row["account"], row["available"]) for row in done.data] == [
        ("bert", "0.00"), ("nobody", None), ("anna", "10.00"),
    ]  # fmt: skip
    assert (done.code, done.err) == (1, "1 unknown.\n")
    assert ledgerctl("credit", "list").code == 2
    assert ledgerctl("credit", "show", "nobody").code == 2


def test_what_a_credit_paid_for_and_which_paid_for_a_spend(ledgerctl: Run) -> None:
    words = ("credit", "grant", "anna", "--amount", "2", "--source", "soon", "--expires", SOON)
    opened = ledgerctl(*JSON, *words).data
    granted(ledgerctl, "3", "late", "--expires", LATER)
    assert ledgerctl("hold", "reserve", "anna", "--amount", "6", "--reference", "h-1").code == 0
    taken = ledgerctl(*JSON, "hold", "capture", "h-1").data["transaction"]
    paid = ledgerctl(*JSON, "credit", "paid", str(taken))
    assert (paid.code, paid.err) == (0, "")
    assert [(row["account"], row["source"], row["amount"], row["left_after"]) for row in paid.data] == [
        ("anna", "soon", "-2.00", "0.00"), ("anna", "late", "-3.00", "0.00"),
        ("anna", "no expiry", "-1.00", None),
    ]  # fmt: skip
    gone = ledgerctl(*JSON, "credit", "ended", "Anna").data
    assert [(row["source"], row["ending"], row["granted"]) for row in gone] == [
        ("late", "used up", "3.00"), ("soon", "used up", "2.00"),
    ]  # fmt: skip
    lot = str(gone[1]["lot"])
    assert lot == str(opened["lot"])
    used = ledgerctl(*JSON, "credit", "uses", lot)
    assert [(row["transaction"], row["amount"], row["left_after"]) for row in used.data] == [
        (taken, "-2.00", "0.00"), (opened["transaction"], "2.00", "2.00"),
    ]  # fmt: skip
    assert used.err == f"Lot {lot} of anna, soon: 0.00 CR of 2.00 CR left.\n"
    cut = ledgerctl("credit", "uses", lot, "--limit", "1")
    assert "There are more than these 1" in cut.err
    assert "There are more than these 1" in ledgerctl("credit", "ended", "anna", "--limit", "1").err
    for verb, what in (("uses", "credit"), ("paid", "transaction")):
        unknown = ledgerctl("credit", verb, "4711")
        assert (unknown.code, unknown.err) == (2, f"There is no {what} 4711.\n")
    assert ledgerctl("credit", "uses", str(2**63)).code == 2
