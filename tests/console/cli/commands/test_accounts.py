"""Accounts by command: opened, stopped, closed, noted, allowed below zero, and each change once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.cluster import connected

if TYPE_CHECKING:
    from tests.console.cli.conftest import Run

WHY = ("--reason", "ticket 12")
PAID = ("transfer", "--from", "@external", "--to", "carla.mendez", "--amount", "1", "--reference", "r")


def test_an_account_is_opened_frozen_and_closed(ledgerctl: Run, ledger_url: str) -> None:
    key = str(uuid4())
    words = ("--format", "json", "account", "open", "Carla.Mendez", "--display-name", "Carla Mendez")
    opened = ledgerctl(*words, *WHY, "--key", key)
    assert opened.code == 0, opened.err
    assert (opened.data["account"], opened.data["key"]) == ("carla.mendez", key)
    assert ledgerctl(*words, *WHY, "--key", key).data == opened.data
    again = ledgerctl("account", "open", "carla.mendez", *WHY)
    assert (again.code, again.err.startswith("Refused: there is an account of this name")) == (1, True)
    hidden = ledgerctl("account", "open", "dora", "--display-name", "Dora\u202e", *WHY)
    assert (hidden.code, "invisible character" in hidden.err) == (1, True)
    frozen = ledgerctl("--format", "json", "account", "freeze", "carla.mendez", *WHY)
    assert (frozen.data["before"], frozen.data["status"]) == ("active", "frozen")
    assert "the account is frozen; unfreeze it first (carla.mendez)" in ledgerctl(*PAID).err
    assert ledgerctl("account", "unfreeze", "carla.mendez", *WHY).code == 0
    assert ledgerctl(*PAID[:-1], "r2").code == 0
    full = ledgerctl("account", "close", "carla.mendez", "--reason", "she left")
    assert (full.code, "an account with a balance" in full.err) == (1, True)
    assert ledgerctl("account", "freeze", "carla.mendez").code == 2
    empty = ledgerctl("account", "freeze", "carla.mendez", "--reason", " ")
    assert (empty.code, empty.err.startswith("Refused: a reason is needed")) == (1, True)
    assert ledgerctl("account", "open", "emil", *WHY).code == 0
    assert ledgerctl("account", "close", "emil", *WHY).code == 0
    assert "closed, for ever" in ledgerctl("account", "unfreeze", "emil", *WHY).err
    with connected(ledger_url) as connection:
        rows = connection.execute(
            "SELECT outcome, reason FROM ledger.audit_events WHERE subject = 'account:carla.mendez' "
            "AND action = 'set_account_status' ORDER BY id"
        ).fetchall()
    assert rows == [("done", "ticket 12"), ("done", "ticket 12"), ("refused", "she left"), ("refused", " ")]


def test_support_opens_and_notes_and_gives_no_overdraft(ledgerctl: Run) -> None:
    assert ledgerctl("account", "open", "anna", *WHY, role="t_support").code == 0
    noted = ledgerctl("--format", "json", "account", "note", "anna", "called twice", role="t_support")
    assert (noted.code, noted.data["account"]) == (0, "anna")
    assert ledgerctl("account", "note", "anna", " ").code == 1
    words = ("account", "overdraft", "anna", "--limit", "50", *WHY)
    assert ledgerctl(*words, role="t_support").code == 1
    assert ledgerctl(*words, role="t_viewer").code == 1
    allowed = ledgerctl("--format", "json", *words)
    assert (allowed.data["before"], allowed.data["overdraft_limit"]) == ("0.00", "50.00")
    pay = ("transfer", "--from", "anna", "--to", "@external", "--reference")
    assert ledgerctl(*pay, "a", "--amount", "50.00").code == 0
    assert ledgerctl(*pay, "b", "--amount", "0.01").err.startswith("Refused: the money does not reach")
    less = ledgerctl("account", "overdraft", "anna", "--limit", "49", *WHY)
    assert (less.code, less.err.startswith("Refused: the money does not reach")) == (1, True)


def test_a_balance_is_explained_term_by_term(ledgerctl: Run, ledger_url: str) -> None:
    assert ledgerctl("account", "open", "carla.mendez", *WHY).code == 0
    assert ledgerctl(*PAID).code == 0
    back = ("--from", "carla.mendez", "--to", "@external", "--amount", "0.25", "--reference", "back")
    assert ledgerctl("transfer", *back).code == 0
    for more in ((), ("--days", "1"), ("--all",)):
        found = ledgerctl("--format", "json", "account", "explain", "Carla.Mendez", *more)
        assert (found.code, found.err) == (0, "")
        assert [(row["term"], row["amount"], row["movements"]) for row in found.data] == [
            ("opening", "0.00", None), ("deposited", "1.00", 1), ("paid out", "-0.25", 1),
            ("unexplained", "0.00", None), ("balance", "0.75", 2),
        ]  # fmt: skip
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.wallets SET balance = balance + 7 WHERE balance > 0")
    for more in ((), ("--all",)):
        wrong = ledgerctl("--format", "json", "account", "explain", "carla.mendez", *more)
        assert (wrong.code, wrong.data[-2]["amount"], wrong.data[-1]["amount"]) == (1, "0.07", "0.82")
    nobody = ledgerctl("account", "explain", "nobody")
    assert (nobody.code, nobody.err) == (2, "There is no account 'nobody' in CR.\n")


def test_a_flag_waits_is_listed_and_done(ledgerctl: Run) -> None:
    assert ledgerctl("account", "open", "anna", *WHY).code == 0
    words = ("--format", "json", "account")
    made = ledgerctl(*words, "flag", "Anna", "ask for a passport", "--for", "t_support", role="t_support")
    assert made.code == 0, made.err
    number = str(made.data["note"])
    assert [row["username"] for row in ledgerctl(*words, "list", "--flagged").data] == ["anna"]
    assert ledgerctl("account", "done", "anna", str(2**63)).code == 2
    mine = [ledgerctl(*words, "list", "--mine", role=role).data for role in ("t_operator", "t_support")]
    assert [[(row["flag"], row["assignee"]) for row in rows] for rows in mine] == [
        [], [("ask for a passport", "t_support")],
    ]  # fmt: skip
    unsaid = ledgerctl("account", "assign", "anna", number)
    assert (unsaid.code, unsaid.err) == (2, "Say for whom: --for OPERATOR, or --anyone.\n")
    strange = ledgerctl("account", "list", "--username", "\udcff")
    assert (strange.code, "no UTF-8" in strange.err) == (2, True)
    assigned = ledgerctl(*words, "assign", "anna", number, "--anyone")
    assert (assigned.data["before"], assigned.data["assignee"]) == ("t_support", None)
    wrong = ledgerctl("account", "assign", "anna", number, "--for", "t_viewer")
    assert (wrong.code, "nobody of this name may close flags" in wrong.err) == (1, True)
    assert ledgerctl("account", "done", "anna", number).code == 0
    again = ledgerctl("account", "done", "anna", number)
    assert (again.code, "marked as done already by t_operator" in again.err) == (1, True)
    noted = ledgerctl(*words, "notes", "anna").data
    assert [(one["state"], one["done_by"]) for one in noted] == [("done", "t_operator")]
    assert ledgerctl(*words, "list", "--flagged").data == []
    assert "no account 'nobody'" in ledgerctl("account", "notes", "nobody").err


def test_whoever_reads_may_follow(ledgerctl: Run) -> None:
    assert ledgerctl("account", "open", "anna", *WHY).code == 0
    words = ("--format", "json", "account")
    assert ledgerctl(*words, "follow", "anna", role="t_viewer").data["state"] == "followed"
    assert [row["username"] for row in ledgerctl(*words, "list", "--followed", role="t_viewer").data] == [
        "anna"
    ]
    assert ledgerctl(*words, "list", "--followed").data == []
    assert ledgerctl(*words, "unfollow", "anna", role="t_viewer").data["state"] == "not followed"
    assert ledgerctl(*words, "list", "--followed", role="t_viewer").data == []
    wrong = ledgerctl("account", "list", "--status", "gone")
    assert (wrong.code, "--status" in wrong.err) == (2, True)


def test_all_that_happened_is_listed_newest_first(ledgerctl: Run) -> None:
    assert ledgerctl("account", "open", "carla.mendez", *WHY).code == 0
    assert ledgerctl(*PAID).code == 0
    assert ledgerctl("account", "note", "carla.mendez", "called twice").code == 0
    over = ("--from", "carla.mendez", "--to", "@external", "--amount", "9", "--reference", "\x1b[31mred")
    assert ledgerctl("transfer", *over).code == 1
    found = ledgerctl("--format", "json", "account", "timeline", "Carla.Mendez", role="t_viewer")
    assert (found.code, found.err) == (0, "")
    assert [(row["kind"], row["amount"], row["what_happened"]) for row in found.data] == [
        ("refused", None, found.data[0]["what_happened"]),
        ("note", None, "called twice"),
        ("movement", "1.00", "Deposited 1.00 CR from the bank"),
        ("account", None, "Account opened in CR: ticket 12"),
    ]
    assert found.data[0]["what_happened"].startswith("Refused transfer of 9.00 CR to the bank, since ")
    assert [(row["operator"], row["transaction"] is None) for row in found.data] == [
        ("t_operator", True), ("t_operator", True), ("t_operator", False), ("t_operator", True),
    ]  # fmt: skip
    people = ledgerctl("account", "timeline", "carla.mendez", "--without-movements", "--limit", "2")
    assert people.err == "There are more than these 2; give a larger --limit.\n"
    assert [line.split()[3] for line in people.out.splitlines()[1:]] == ["Refused", "called"]
    assert "\\u{001b}[31mred" in people.out
    assert "\x1b" not in people.out
    every = ledgerctl("--format", "csv", "account", "timeline", "carla.mendez", "--without-movements")
    assert (every.err, len(every.out.splitlines()), "Deposited" in every.out) == ("", 4, False)
    nobody = ledgerctl("account", "timeline", "nobody")
    assert (nobody.code, nobody.err) == (2, "There is no account 'nobody' in CR.\n")


def test_the_rows_of_a_term_are_what_it_adds_up(ledgerctl: Run, ledger_url: str) -> None:
    assert ledgerctl("account", "open", "carla.mendez", *WHY).code == 0
    assert ledgerctl(*PAID).code == 0
    for reference, amount in (("back", "0.25"), ("rest", "0.50")):
        back = ("--from", "carla.mendez", "--to", "@external", "--amount", amount, "--reference", reference)
        assert ledgerctl("transfer", *back).code == 0
    words = ("--format", "json", "account", "statement", "Carla.Mendez")
    for more in ((), ("--days", "1"), ("--all",)):
        every = ledgerctl(*words, *more)
        assert (every.code, every.err) == (0, "")
        assert [(row["reference"], row["amount"], row["after"]) for row in every.data] == [
            ("rest", "-0.50", "0.25"), ("back", "-0.25", "0.75"), ("r", "1.00", "1.00"),
        ]  # fmt: skip
    term = ledgerctl(*words, "--term", "Paid out", "--oldest").data
    assert [(row["reference"], row["paid_with"]) for row in term] == [
        ("back", "no expiry"), ("rest", "no expiry"),
    ]  # fmt: skip
    cut = ledgerctl(*words, "--limit", "1")
    assert (len(cut.data), cut.err) == (1, "There are more than these 1; give a larger --limit.\n")
    wrong = ledgerctl(*words, "--term", "spent")
    assert (wrong.code, wrong.err.startswith("--term: 'spent' is not")) == (2, True)
    assert "deposited, granted, received" in wrong.err
    assert ledgerctl("account", "statement", "nobody").code == 2
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE ledger.transactions SET posted_at = posted_at - interval '100 days' WHERE reference = 'r'"
        )
    listed = [len(ledgerctl(*words, *more).data) for more in ((), ("--days", "101"), ("--all",))]
    assert listed == [2, 3, 3]
