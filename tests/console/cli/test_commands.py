"""What each command does to the ledger, says, and ends with."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Statements
    from tests.console.cli.conftest import Run


def balance(url: str, name: str) -> int:
    with connected(url) as connection:
        row = connection.execute(
            "SELECT w.balance FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id"
            " WHERE u.username = %s",
            [name],
        ).fetchone()
    assert row is not None
    found: int = row[0]
    return found


def test_a_transfer_moves_money_once_whatever_is_sent_again(
    ledgerctl: Run, ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"anna": 10_000, "bert": 0})
    key = str(uuid4())
    words = ["transfer", "--from", "anna", "--to", "Bert", "--amount", "12.50", "--reference", "r-1"]
    first = ledgerctl("--format", "json", *words, "--key", key)
    assert first.code == 0, first.err
    again = ledgerctl("--format", "json", *words, "--key", key)
    assert again.data == first.data
    assert first.data["key"] == key
    assert (balance(ledger_url, "anna"), balance(ledger_url, "bert")) == (8_750, 1_250)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"--amount": "100.01"}, 1, "Refused: the money does not reach"),
        ({"--to": "nobody"}, 1, "Refused: there is no such account"),
        ({"--to": "anna"}, 1, "Refused: both parties are the same account"),
        ({"--amount": "1e3"}, 2, "--amount: This is not an amount"),
        ({"--amount": "1.234"}, 2, "--amount: This currency has 2 decimals"),
        ({"--to": "bert or so"}, 2, "--to: 'bert or so' is no name of an account"),
        ({"--key": "1234"}, 2, "--key: '1234' is no UUID"),
        ({"--currency": "EUR"}, 2, "--currency: there is no 'EUR' in this ledger; it has CR"),
    ],
)
def test_a_refused_transfer_says_why_in_one_line_and_moves_nothing(
    ledgerctl: Run,
    ledger_url: str,
    open_accounts: Callable[..., None],
    *,
    change: dict[str, str],
    code: int,
    words: str,
) -> None:
    open_accounts({"anna": 10_000, "bert": 0})
    options = {"--from": "anna", "--to": "bert", "--amount": "1", "--reference": "r"} | change
    done = ledgerctl("transfer", *(part for pair in options.items() for part in pair))
    assert done.code == code
    assert done.err.startswith(words)
    assert done.err.count("\n") == 1
    assert done.out == ""
    assert (balance(ledger_url, "anna"), balance(ledger_url, "bert")) == (10_000, 0)


def test_a_viewer_may_look_and_not_pay(ledgerctl: Run, open_accounts: Callable[..., None]) -> None:
    open_accounts({"anna": 10_000, "bert": 0})
    assert ledgerctl("balances", "anna", role="t_viewer").code == 0
    words = ["transfer", "--from", "anna", "--to", "bert", "--amount", "1", "--reference", "r"]
    done = ledgerctl(*words, role="t_viewer")
    assert done.code == 1
    assert done.err.startswith("The server refused this to your role: permission denied")


def test_balances_come_in_the_order_asked_by_one_statement(
    ledgerctl: Run, open_accounts: Callable[..., None], tmp_path: Path, statements: Statements
) -> None:
    open_accounts({"anna": 10_000, "bert": 5})
    file = tmp_path / "names.txt"
    file.write_text("\ufeffnobody\n\n ANNA \n" + "\n".join(f"x{number}" for number in range(998)))
    with statements.counted() as one:
        ledgerctl("balances", "bert")
    with statements.counted() as thousand:
        done = ledgerctl("--format", "json", "balances", "bert", "--file", str(file))
    assert len(thousand) == len(one)
    assert len(done.data) == 1_001
    assert [row["account"] for row in done.data[:3]] == ["bert", "nobody", "anna"]
    assert [row["status"] for row in done.data[:3]] == ["active", "unknown", "active"]
    assert [row["balance"] for row in done.data[:3]] == ["0.05", None, "100.00"]
    assert done.code == 1
    assert done.err == "2 accounts, 100.05 CR in all; 999 unknown.\n"


def test_transactions_are_filtered_and_limited(ledgerctl: Run, open_accounts: Callable[..., None]) -> None:
    open_accounts({"anna": 100, "bert": 200, "carla": 300})
    listed = ledgerctl("--format", "json", "transactions", "--oldest", "--limit", "2")
    assert [row["amount"] for row in listed.data] == ["1.00", "2.00"]
    assert "more than these 2" in listed.err
    narrow = ledgerctl("--format", "json", "transactions", "--min", "2", "--max", "2.99", "--kind", "deposit")
    assert [row["to"] for row in narrow.data] == ["bert"]
    of_user = ledgerctl("--format", "json", "transactions", "--user", "carla")
    assert [row["to_balance_after"] for row in of_user.data] == ["3.00"]
    first = ledgerctl("--format", "json", "transactions", "--id", str(listed.data[0]["id"]))
    assert first.data == listed.data[:1]
    none = ledgerctl("transactions", "--until", "2001-01-01")
    assert none.out.count("\n") == 1
    assert ledgerctl("transactions", "--kind", "loan").code == 2
    assert ledgerctl("transactions", "--from", "yesterday").code == 2


def test_an_export_holds_all_rows_with_totals_and_checksum(
    ledgerctl: Run, open_accounts: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "console.ledger.transactions.export.ROWS_A_PAGE", 7
    )  # so that 21 rows are three full pages
    open_accounts({f"user{number}": 100 + number for number in range(21)})
    target = tmp_path / "all.csv"
    done = ledgerctl("transactions", "--export", str(target), "--limit", "1")
    assert done.code == 0, done.err
    assert done.out == ""
    content = target.read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [row["to"] for row in rows] == [f"user{number}" for number in reversed(range(21))]
    assert [row["from"] for row in rows] == ["@external"] * 21
    assert (tmp_path / "all.csv.sha256").read_text().startswith(hashlib.sha256(content).hexdigest())
    assert '"amount": {\n      "CR": "23.10"\n    }' in (tmp_path / "all.csv.totals.json").read_text()


def test_a_mapping_is_suggested_kept_and_forgotten(ledgerctl: Run, own_folders: Path, tmp_path: Path) -> None:
    file = tmp_path / "pay.csv"
    file.write_text("from,to,amount,reference\nanna,bert,1.00,a\n")
    suggested = ledgerctl("mapping", "suggest", str(file), "--save", "payroll")
    assert 'from_column = "from"' in suggested.out
    assert ledgerctl("mapping", "show", "payroll").out == suggested.out
    listed = ledgerctl("--format", "json", "mapping", "list")
    assert [row["mapping"] for row in listed.data] == ["payroll"]
    assert (own_folders / "config" / "ledger-console" / "mappings" / "payroll.mapping.toml").is_file()
    assert ledgerctl("mapping", "delete", "payroll").code == 0
    gone = ledgerctl("mapping", "show", "payroll")
    assert (gone.code, gone.err) == (2, 'There is no mapping named "payroll".\n')
    file.write_text("colour,shape\nred,round\n")
    unknown = ledgerctl("mapping", "suggest", str(file))
    assert (unknown.code, "Present are: colour, shape." in unknown.err) == (1, True)


def test_a_batch_from_file_to_posted(
    ledgerctl: Run, ledger_url: str, open_accounts: Callable[..., None], tmp_path: Path
) -> None:
    open_accounts({"anna": 10_000, "bert": 0})
    file = tmp_path / "pay.csv"
    file.write_text("from,to,amount,reference\nanna,bert,60.00,a\nanna,bert,60.00,b\nbert,anna,25.50,c\n")
    ledgerctl("mapping", "suggest", str(file), "--save", "pay")
    loaded = ledgerctl("--format", "json", "batch", "load", str(file), "--mapping", "pay", "--name", "May")
    assert loaded.code == 0, loaded.err
    number = str(loaded.data["batch"])
    assert loaded.data["total"] == "145.50"
    assert ledgerctl("batch", "validate", number).code == 0
    rehearsed = ledgerctl("--format", "json", "batch", "dry-run", number)
    assert {row["account"]: (row["before"], row["after"], row["lines"]) for row in rehearsed.data} == {
        "anna": ("100.00", "5.50", 3),
        "bert": ("0.00", "94.50", 3),
    }
    assert balance(ledger_url, "bert") == 0
    other = ledgerctl("batch", "post", number, "--content", "00" * 32)
    assert (other.code, "not those that were checked" in other.err) == (1, True)
    key = str(uuid4())
    posted = ledgerctl("--format", "json", "batch", "post", number, "--key", key)
    assert posted.code == 0, posted.err
    assert ledgerctl("--format", "json", "batch", "post", number, "--key", key).data == posted.data
    assert ledgerctl("batch", "post", number).err.startswith("Refused: the batch is posted. ")
    assert balance(ledger_url, "bert") == 9_450
    shown = ledgerctl("--format", "json", "batch", "show", number)
    assert [row["transaction"] for row in shown.data] == list(
        range(posted.data["first_transaction"], posted.data["last_transaction"] + 1)
    )
    listed = ledgerctl("--format", "json", "batch", "list")
    assert [(row["name"], row["status"], row["total"]) for row in listed.data] == [
        ("May", "posted", "145.50")
    ]
    assert ledgerctl("batch", "discard", number).code == 1


def test_a_draft_that_no_longer_fits_is_refused_with_every_line(
    ledgerctl: Run, ledger_url: str, open_accounts: Callable[..., None], tmp_path: Path
) -> None:
    open_accounts({"anna": 10_000, "bert": 0})
    file = tmp_path / "pay.csv"
    file.write_text("from,to,amount,reference\nanna,bert,60.00,a\nanna,bert,30.00,b\n")
    ledgerctl("mapping", "suggest", str(file), "--save", "pay")
    number = str(ledgerctl("--format", "json", "batch", "load", str(file), "--mapping", "pay").data["batch"])
    assert ledgerctl("account", "freeze", "bert", "--reason", "ticket 12").code == 0
    for command in ("validate", "dry-run", "post"):
        done = ledgerctl("--format", "json", "batch", command, number)
        assert done.code == 1
        assert [(row["line"], row["column"], row["code"]) for row in done.data] == [
            (2, "to", "account.frozen"),
            (3, "to", "account.frozen"),
        ]
    assert balance(ledger_url, "bert") == 0
    assert ledgerctl("batch", "discard", number, role="t_operator2").code == 1
    assert ledgerctl("batch", "discard", number).code == 0
    assert ledgerctl("batch", "show", number).err == f"There is no batch {number}.\n"


def test_the_administrator_adds_a_currency(ledgerctl: Run, ledger_url: str) -> None:
    assert ledgerctl("currency", "add", "jpy", "--decimals", "0", role="t_operator").code == 1
    odd = ledgerctl("currency", "add", "jpy", "--decimals", "2", role="t_admin")
    assert (odd.code, "Japanese Yen (JPY) usually has 0" in odd.err) == (2, True)
    assert "say how many" in ledgerctl("currency", "add", "points", role="t_admin").err
    assert ledgerctl("currency", "add", "jpy", role="t_admin").code == 0
    listed = ledgerctl("--format", "csv", "currency", "list")
    assert listed.out == (
        "currency,name,decimals,status,closed at\nCR,Credits,2,open,\nJPY,Japanese Yen,0,open,\n"
    )
    each = ledgerctl("--format", "json", "balances", "@external")
    assert [(row["currency"], row["balance"]) for row in each.data] == [("CR", "0.00"), ("JPY", "0")]
    one = ledgerctl("--format", "json", "balances", "@external", "--currency", "jpy")
    assert [row["currency"] for row in one.data] == ["JPY"]
    assert "it has CR, JPY" in ledgerctl("balances", "@external", "--currency", "eur").err
    assert ledgerctl("transactions").code == 0
    several = ledgerctl("transactions", "--min", "5")
    assert (several.code, "say which with --currency: CR, JPY" in several.err) == (2, True)
